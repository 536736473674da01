"""Random-hyperplane keys of vectors, and greedy removal by cosine similarity."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from corpuskit.kernels.buffers import Int, Words
from corpuskit.kernels.compiler import inline, kernel
from corpuskit.kernels.hashing import fmix64

Vectors = npt.NDArray[np.float32]
Positions = npt.NDArray[np.int64]


@inline
def _cosine(vectors: Vectors, one: Int, two: Int) -> float:
    total = 0.0
    for k in range(vectors.shape[1]):
        total += np.float64(vectors[one, k]) * np.float64(vectors[two, k])
    return total


@kernel("void(float32[:,::1], float32[:,::1], int64, int64, uint64[:,::1])")
def plane_keys(vectors: Vectors, planes: Vectors, bands: int, rows: int, out: Words) -> None:
    """Write a key for each band of each vector, ``uint64[n, bands]``.

    A band's key holds on which side of its `rows` hyperplanes (normals in `planes`,
    ``float32[bands * rows, d]``) the vector lies. Sums run in a fixed order.
    """
    for i in range(len(vectors)):
        for band in range(bands):
            bits = np.uint64(band + 1)
            for row in range(rows):
                total = 0.0
                for k in range(vectors.shape[1]):
                    plane = planes[band * rows + row, k]
                    total += np.float64(vectors[i, k]) * np.float64(plane)
                bits = (bits << np.uint64(1)) | np.uint64(1 if total >= 0 else 0)
            out[i, band] = fmix64(bits)


@kernel(
    "void(float32[:,::1], int64[::1], int64[::1], float64, uint64[::1],"
    " int64[::1], float64[::1], int64[::1], float64[::1])"
)
def resolve_vectors(
    vectors: Vectors,
    cluster_bounds: Positions,
    fixed: Positions,
    bound: float,
    guards: Words,
    kept: Positions,
    similarity: npt.NDArray[np.float64],
    template: Positions,
    template_similarity: npt.NDArray[np.float64],
) -> None:
    """Go through each cluster in order and remove what a document kept before it stands for.

    `vectors` (``float32[n, d]``) have length 1. The first `fixed[c]` documents of cluster c stay
    whatever they are like. `guards` are hashes of what must agree. Writes the place of the document
    that removes each (or -1) and the cosine, and the same for a template.
    """
    for c in range(len(cluster_bounds) - 1):
        first, last = cluster_bounds[c], cluster_bounds[c + 1]
        keepers, count = np.empty(last - first, np.int64), 0
        for d in range(first, last):
            kept[d], similarity[d], template[d], template_similarity[d] = -1, 0.0, -1, 0.0
            for k in range(count if d >= first + fixed[c] else 0):
                like = _cosine(vectors, keepers[k], d)
                if like < bound:
                    continue
                if guards[keepers[k]] == guards[d]:
                    kept[d], similarity[d] = keepers[k], like
                    break
                if template[d] < 0:
                    template[d], template_similarity[d] = keepers[k], like
            if kept[d] < 0:
                keepers[count] = d
                count += 1
