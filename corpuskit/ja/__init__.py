"""The Japanese text room: encodings, normalisation, sentences, morphology."""
