"""Random lines for mask_tool and mask_judge.py: the same for the same seed, in any Python.

Run as a program it prints short ones, for tests/unit/data/mask_vectors.txt.
"""

import random


def words_of(rows):
    """A mask's words (left top width height, runs) from rows of 0 and 1."""
    ys = [y for y, row in enumerate(rows) if any(row)]
    if not ys:
        return [0, 0, 0, 0]
    left = min(row.index(1) for row in rows if any(row))
    right = max(len(row) - row[::-1].index(1) for row in rows if any(row))
    runs, colour = [0], 0
    for row in rows[ys[0]:ys[-1] + 1]:
        for pixel in row[left:right]:
            if pixel != colour:
                runs.append(0)
                colour = pixel
            runs[-1] += 1
    return [left, ys[0], right - left, ys[-1] + 1 - ys[0]] + runs


def _blob(rnd, rows, width, height):
    cx, cy = rnd.uniform(0, width), rnd.uniform(0, height)
    a, b = rnd.uniform(1, width / 2 + 1), rnd.uniform(1, height / 2 + 1)
    round_, value = rnd.random() < 0.5, int(rnd.random() < 0.7)
    for y in range(height):
        for x in range(width):
            dx, dy = abs(x - cx) / a, abs(y - cy) / b
            if (dx * dx + dy * dy if round_ else max(dx, dy)) < 1:
                rows[y][x] = value


def image(rnd, most):
    """Width, height and rows of an image of up to most pixels a side: noise, or blobs with holes."""
    width, height = rnd.randint(1, most), rnd.randint(1, most)
    if rnd.random() < 0.1:
        width = 1
    if rnd.random() < 0.1:
        height = 1
    if rnd.random() < 0.4:
        noise = rnd.choice([0, 0.03, 0.3, 0.5, 0.7, 0.97, 1])
        return width, height, [[int(rnd.random() < noise) for _ in range(width)] for _ in range(height)]
    rows = [[0] * width for _ in range(height)]
    for _ in range(rnd.randint(1, 5)):
        _blob(rnd, rows, width, height)
    return width, height, rows


def _points(rnd, n, width, height):
    scale = rnd.choice([0.2, 1, 1, 1, 1.5, 4, 1000])
    ox, oy = rnd.uniform(-.2, 1.2) * width, rnd.uniform(-.2, 1.2) * height
    mode = rnd.random()
    for _ in range(n):
        if mode < .5:
            x, y = rnd.uniform(-.1, 1.1) * width * scale, rnd.uniform(-.1, 1.1) * height * scale
        else:
            x, y = ox + rnd.gauss(0, .3) * width * scale, oy + rnd.gauss(0, .3) * height * scale
        if mode < .2 or .5 < mode < .6:
            yield from (round(x), round(y))
        elif mode < .25:
            yield from (round(x) + .5, round(y) + .5)
        else:
            yield from (round(x, 2), round(y, 2))


def polygon(rnd, most):
    """Width, height, and rings of points, many of them crossing themselves or out of the image."""
    width, height = rnd.choice([(1, 1), (5, 7), (20, 20), (most, 3), (64, 48), (most, most)])
    width, height = rnd.randint(1, min(width, most)), rnd.randint(1, min(height, most))
    numbers = []
    for _ in range(rnd.choice([1, 1, 1, 2, 3, 5])):
        n = rnd.choice([1, 2, 3, 3, 4, 5, 8, 20, 60])
        numbers += [n, *_points(rnd, n, width, height)]
    return " ".join(map(repr, [width, height, *numbers]))


def trace(rnd, most):
    return "trace %r %s" % (rnd.choice([2, 2, 2, 1, .5, 3.5]), " ".join(map(str, words_of(image(rnd, most)[2]))))


def main():
    rnd = random.Random(1)
    for make, count in ((lambda: "fill " + polygon(rnd, 40), 110), (lambda: "instance " + polygon(rnd, 40), 140),
                        (lambda: trace(rnd, 24), 150)):
        while count:
            line = make()
            if len(line) < 200:
                print(line)
                count -= 1


if __name__ == "__main__":
    main()
