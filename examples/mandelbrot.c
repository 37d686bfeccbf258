/* The Mandelbrot set on all cores, as a PNG by libpng: `mandelbrot [FILE [WIDTH]]`. A row is a job;
 * a bar on the terminal tells how far it is. */
#include <coil/coil.h>
#include <png.h>
#include <stdio.h>
#include <stdlib.h>

static unsigned char *image;
static int width = 240, height;

static struct coil_result draw_row(void *row)
{
    int y = *(int *)row, inside = 0;

    for (int x = 0; x < width; x++) {
        double re = 3.0 * x / width - 2.25, im = 3.0 * y / width - 1.0, a = 0, b = 0, c = 0;
        int n = 0;

        for (; n < 255 && a * a + b * b < 4; n++, a = c) {
            c = a * a - b * b + re;
            b = 2 * a * b + im;
        }
        image[y * width + x] = (unsigned char)(255 - n);
        inside += n == 255;
    }
    return coil_number(inside);
}

static int write_png(const char *path)
{
    png_image png = {.version = PNG_IMAGE_VERSION, .format = PNG_FORMAT_GRAY};

    png.width = (unsigned)width;
    png.height = (unsigned)height;
    return png_image_write_to_file(&png, path, 0, image, 0, NULL);
}

int main(int argc, char **argv)
{
    struct coil_executor *pool = coil_default_executor();
    struct coil_map_options options = {.progress = true, .chunk = 8};
    int64_t inside = 0, failed;
    struct coil_result *results;
    int *rows;

    width = argc > 2 ? atoi(argv[2]) : width;
    height = width * 2 / 3;
    image = calloc((size_t)width, (size_t)height);
    rows = calloc((size_t)height, sizeof(*rows));
    results = calloc((size_t)height, sizeof(*results));
    for (int y = 0; y < height; y++)
        rows[y] = y;
    /* not in a task */
    failed = coil_executor_map_with(pool, draw_row, rows, (size_t)height, results, &options);
    for (int y = 0; y < height; y++)
        inside += results[y].status;
    printf("%d x %d, %d of 10 points are inside\n", width, height,
           (int)(inside * 10 / ((int64_t)width * height)));
    if (argc > 1 && !write_png(argv[1]))
        fprintf(stderr, "mandelbrot: cannot write %s\n", argv[1]), failed++;
    free(results);
    free(rows);
    free(image);
    return failed != 0;
}
