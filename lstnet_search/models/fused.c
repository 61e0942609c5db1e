/* What follows a convolution, in fewer passes over memory than PyTorch's operations take one after another.

REAL is float or double. Tensors are in channels-last memory: images, rows, pixels, channels. Where pixels do not matter,
a tensor is a matrix with a row per pixel. `fused.py` says what the functions compute. */

#include <math.h>
#include <stddef.h>
#include <string.h>

#define LEAST_PERIOD 64 /* values that are summed side by side, which hides how long an addition takes */
#define BLOCK 128       /* periods that are summed before their sum is added to a double */

static REAL leaky(REAL value, REAL slope) { return value > 0 ? value : value * slope; }

/* The larger value, or NaN if there is one. */
static REAL larger(REAL first, REAL second) { return (second > first) | (second != second) ? second : first; }

static ptrdiff_t least(ptrdiff_t first, ptrdiff_t second) { return first < second ? first : second; }

/* The channels, repeated until they fill wide vectors. */
static ptrdiff_t period_of(ptrdiff_t channels) { return channels * ((LEAST_PERIOD + channels - 1) / channels); }

static void repeat(const REAL *values, REAL *repeated, ptrdiff_t channels, ptrdiff_t period) {
    for (ptrdiff_t i = 0; i < period; i++) repeated[i] = values[i % channels];
}

/* Add the sums of a block to the totals of their channels, and start again. */
static void add_up(REAL *sums, double *totals, ptrdiff_t channels, ptrdiff_t period) {
    for (ptrdiff_t i = 0; i < period; i++) {
        totals[i % channels] += sums[i];
        sums[i] = 0;
    }
}

void normalise(const REAL *restrict x, REAL *restrict y, ptrdiff_t rows, ptrdiff_t channels, const REAL *weight,
               const REAL *bias, REAL *running_mean, REAL *running_var, REAL *mean, REAL *inverse, double momentum,
               double epsilon, double slope) {
    const ptrdiff_t period = period_of(channels), size = rows * channels;
    REAL sums[period], means[period], scales[period], shifts[period];
    double totals[channels];

    memset(sums, 0, sizeof sums);
    memset(totals, 0, sizeof totals);
    for (ptrdiff_t start = 0, block = 1; start < size; start += period, block++) {
        const ptrdiff_t count = least(period, size - start);
        for (ptrdiff_t i = 0; i < count; i++) sums[i] += x[start + i];
        if (block % BLOCK == 0) add_up(sums, totals, channels, period);
    }
    add_up(sums, totals, channels, period);
    for (ptrdiff_t c = 0; c < channels; c++) mean[c] = totals[c] / rows;
    repeat(mean, means, channels, period);

    memset(totals, 0, sizeof totals);
    for (ptrdiff_t start = 0, block = 1; start < size; start += period, block++) {
        const ptrdiff_t count = least(period, size - start);
        for (ptrdiff_t i = 0; i < count; i++) sums[i] += (x[start + i] - means[i]) * (x[start + i] - means[i]);
        if (block % BLOCK == 0) add_up(sums, totals, channels, period);
    }
    add_up(sums, totals, channels, period);
    for (ptrdiff_t c = 0; c < channels; c++) {
        inverse[c] = 1 / sqrt(totals[c] / rows + epsilon);
        running_mean[c] += momentum * (mean[c] - running_mean[c]);
        running_var[c] += momentum * (totals[c] / (rows - 1) - running_var[c]);
    }

    for (ptrdiff_t i = 0; i < period; i++) {
        const ptrdiff_t c = i % channels;
        scales[i] = weight[c] * inverse[c];
        shifts[i] = bias[c] - mean[c] * scales[i];
    }
    for (ptrdiff_t start = 0; start < size; start += period) {
        const ptrdiff_t count = least(period, size - start);
        for (ptrdiff_t i = 0; i < count; i++) y[start + i] = leaky(x[start + i] * scales[i] + shifts[i], (REAL)slope);
    }
}

void normalise_backward(const REAL *restrict x, const REAL *restrict y, const REAL *restrict dy, REAL *restrict dx,
                        ptrdiff_t rows, ptrdiff_t channels, const REAL *weight, const REAL *mean, const REAL *inverse,
                        REAL *dweight, REAL *dbias, double slope) {
    const ptrdiff_t period = period_of(channels), size = rows * channels;
    REAL means[period], sums[period], products[period], scales[period], offsets[period], slopes[period];
    double totals[channels], total_products[channels];

    repeat(mean, means, channels, period);
    memset(sums, 0, sizeof sums);
    memset(products, 0, sizeof products);
    memset(totals, 0, sizeof totals);
    memset(total_products, 0, sizeof total_products);
    for (ptrdiff_t start = 0, block = 1; start < size; start += period, block++) {
        const ptrdiff_t count = least(period, size - start);
        for (ptrdiff_t i = 0; i < count; i++) {
            const REAL gradient = dy[start + i] * (y[start + i] > 0 ? 1 : (REAL)slope);
            sums[i] += gradient;
            products[i] += gradient * (x[start + i] - means[i]);
        }
        if (block % BLOCK == 0) {
            add_up(sums, totals, channels, period);
            add_up(products, total_products, channels, period);
        }
    }
    add_up(sums, totals, channels, period);
    add_up(products, total_products, channels, period);
    for (ptrdiff_t c = 0; c < channels; c++) {
        dweight[c] = total_products[c] * inverse[c];
        dbias[c] = totals[c];
    }

    for (ptrdiff_t i = 0; i < period; i++) {
        const ptrdiff_t c = i % channels;
        scales[i] = weight[c] * inverse[c];
        offsets[i] = scales[i] * totals[c] / rows;
        slopes[i] = scales[i] * inverse[c] * inverse[c] * total_products[c] / rows;
    }
    for (ptrdiff_t start = 0; start < size; start += period) {
        const ptrdiff_t count = least(period, size - start);
        for (ptrdiff_t i = 0; i < count; i++) {
            const REAL gradient = dy[start + i] * (y[start + i] > 0 ? 1 : (REAL)slope);
            dx[start + i] = scales[i] * gradient - offsets[i] - slopes[i] * (x[start + i] - means[i]);
        }
    }
}

void pool(const REAL *restrict x, REAL *restrict y, ptrdiff_t images, ptrdiff_t side, ptrdiff_t channels,
          ptrdiff_t stride, double slope) {
    const ptrdiff_t row = side * channels, pooled = (side + stride - 1) / stride;
    REAL larger_of_rows[row + channels];
    for (ptrdiff_t image = 0; image < images; image++, x += side * row)
        for (ptrdiff_t i = 0; i < pooled; i++, y += pooled * channels) {
            /* Beyond the edge a row or a pixel is repeated, which changes no maximum. */
            const REAL *upper = x + i * stride * row, *lower = i * stride + 1 < side ? upper + row : upper;
            for (ptrdiff_t j = 0; j < row; j++) larger_of_rows[j] = leaky(larger(upper[j], lower[j]), (REAL)slope);
            memcpy(larger_of_rows + row, larger_of_rows + row - channels, channels * sizeof(REAL));
            /* With stride 1, all windows of a row are computed together, because neighbours are neighbours in y too. */
            const ptrdiff_t together = stride == 1 ? row : channels;
            for (ptrdiff_t j = 0; j < pooled * channels; j += together) {
                const REAL *left = larger_of_rows + stride * j, *right = left + channels;
                for (ptrdiff_t k = 0; k < together; k++) y[j + k] = larger(left[k], right[k]);
            }
        }
}

/* Give one corner of each window the gradient that is left, if it has the window's maximum. */
static void give(const REAL *restrict x, const REAL *restrict y, REAL *restrict left, REAL *restrict dx,
                 ptrdiff_t count, REAL slope) {
    for (ptrdiff_t i = 0; i < count; i++) {
        const REAL given = (leaky(x[i], slope) == y[i]) | (y[i] != y[i]) ? left[i] : 0;
        dx[i] += given;
        left[i] -= given;
    }
}

void pool_backward(const REAL *restrict x, const REAL *restrict y, const REAL *restrict dy, REAL *restrict dx,
                   ptrdiff_t images, ptrdiff_t side, ptrdiff_t channels, ptrdiff_t stride, double slope) {
    const ptrdiff_t row = side * channels, pooled = (side + stride - 1) / stride;
    REAL left[pooled * channels];
    memset(dx, 0, images * side * row * sizeof(REAL));
    for (ptrdiff_t image = 0; image < images; image++, x += side * row, dx += side * row)
        for (ptrdiff_t i = 0; i < pooled; i++, y += pooled * channels, dy += pooled * channels) {
            for (ptrdiff_t j = 0; j < pooled * channels; j++) left[j] = dy[j] * (y[j] > 0 ? 1 : (REAL)slope);
            for (ptrdiff_t down = 0; down < least(2, side - i * stride); down++)
                for (ptrdiff_t right = 0; right < 2; right++) {
                    const ptrdiff_t corner = (i * stride + down) * row + right * channels;
                    const ptrdiff_t end = row - right * channels, together = stride == 1 ? end : channels;
                    for (ptrdiff_t j = 0; stride * j < end; j += together)
                        give(x + corner + stride * j, y + j, left + j, dx + corner + stride * j, together, (REAL)slope);
                }
        }
}
