// The vector index of one encoder; <encoder> and <dimensions> are filled in after a check.
// Quantization is off because it costs about half of the true neighbours and blurs the scores.
CREATE VECTOR INDEX `vectors_<encoder>` IF NOT EXISTS FOR (s:Song) ON (s.`<encoder>`)
OPTIONS {indexConfig: {
  `vector.dimensions`: <dimensions>,
  `vector.similarity_function`: 'cosine',
  `vector.quantization.enabled`: false
}};
