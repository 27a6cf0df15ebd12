// Arrays as numpy 2.4.6 and Pillow 13 wrote them, and what is in them by numpy and
// OpenCV 4.14: what is inside as a picture whose rows end at '/', the classes as one as
// well, 'a' the smallest of `values`.
#ifndef LF_PIXELS_TABLE_H
#define LF_PIXELS_TABLE_H

#include <stdbool.h>

static const struct array_row {
    const char *name, *text; // base64, of a PNG too
    bool png;
    const char *kind; // WIDTHxHEIGHTxCHANNELS DTYPE INSIDE
    const char *inside, *classes, *values;
} array_rows[] = {
    {"bool",
     "eNqb7BfqGxDJyFDGUK2eklqcXKRupaBek2SorqOgnpZfVFKUmBefX5SSChJ3S8wpTgWKF2ckFqQC"
     "+RrGOgommjoKtQpkAy4GBkZGKGIAALrbG60=",
     false, "4x3x1 |b1 1", "..##/.##./##..", "..aa/.aa./aa..", "1"},
    {"u1, 1",
     "eNqb7BfqGxDJyFDGUK2eklqcXKRupaBeU2qorqOgnpZfVFKUmBefX5SSChJ3S8wpTgWKF2ckFqQC"
     "+RrGOgommjoKtQpkAy4GBkZGKGIAAMOdG8A=",
     false, "4x3x1 |u1 1", "..##/.##./##..", "..aa/.aa./aa..", "1"},
    {"u1, 255",
     "eNqb7BfqGxDJyFDGUK2eklqcXKRupaBeU2qorqOgnpZfVFKUmBefX5SSChJ3S8wpTgWKF2ckFqQC"
     "+RrGOgommjoKtQpkAy4Ghv//oYgBAOpPIbQ=",
     false, "4x3x1 |u1 255", "..##/.##./##..", "..aa/.aa./aa..", "255"},
    {"u1, classes",
     "eNqb7BfqGxDJyFDGUK2eklqcXKRupaBeU2qorqOgnpZfVFKUmBefX5SSChJ3S8wpTgWKF2ckFqQC"
     "+RrGOgommjoKtQpkAy4GdnYG9hMnGBkYGBkBznEdYg==",
     false, "4x3x1 |u1 7", ".##./####/..##", ".bb./bcca/..aa", "1 7 200"},
    {"i1, with negative ones",
     "eNqb7BfqGxDJyFDGUK2eklqcXKRupaBek2morqOgnpZfVFKUmBefX5SSChJ3S8wpTgWKF2ckFqQC"
     "+RrGOgommjoKtQpkA64f////+F9f//PHj58/AQQ7JnQ=",
     false, "4x3x1 |i1 -8", "####/####/####", "..../.aa./....", "127"},
    {"<u2",
     "eNqb7BfqGxDJyFDGUK2eklqcXKRupaBuU2qkrqOgnpZfVFKUmBefX5SSChJ3S8wpTgWKF2ckFqQC"
     "+RrGOgommjoKtQpkAy4Ghj1Me5hApIKfgl8KAwikACEAK+MfvQ==",
     false, "4x3x1 <u2 700", ".##./####/..##", ".bb./bcca/..aa", "100 700 20000"},
    {">u2",
     "eNqb7BfqGxDJyFDGUK2eklqcXKRupaBuV2qkrqOgnpZfVFKUmBefX5SSChJ3S8wpTgWKF2ckFqQC"
     "+RrGOgommjoKtQpkAy4GBqY9THtApJ+CnwJDCgMIpDCkAAAp6x+/",
     false, "4x3x1 >u2 700", ".##./####/..##", ".bb./bcca/..aa", "100 700 20000"},
    {"<i2",
     "eNqb7BfqGxDJyFDGUK2eklqcXKRupaBuk2mkrqOgnpZfVFKUmBefX5SSChJ3S8wpTgWKF2ckFqQC"
     "+RrGOgommjoKtQpkAy4Ghj1Me5hApIKfgl8KAwikACEAJcsfsQ==",
     false, "4x3x1 <i2 700", ".##./####/..##", ".bb./bcca/..aa", "100 700 20000"},
    {">i2",
     "eNqb7BfqGxDJyFDGUK2eklqcXKRupaBul2mkrqOgnpZfVFKUmBefX5SSChJ3S8wpTgWKF2ckFqQC"
     "+RrGOgommjoKtQpkAy4GBqY9THtApJ+CnwJDCgMIpDCkAAAj0x+z",
     false, "4x3x1 >i2 700", ".##./####/..##", ".bb./bcca/..aa", "100 700 20000"},
    {"<u4",
     "eNqb7BfqGxDJyFDGUK2eklqcXKRupaBuU2qirqOgnpZfVFKUmBefX5SSChJ3S8wpTgWKF2ckFqQC"
     "+RrGOgommjoKtQpkAy4GIGiQ1WEBYRibYYppOQg3TJvBAAMgNggDAEz9JW4=",
     false, "4x3x1 <u4 70000000", ".##./####/..##", ".bb./bcca/..aa",
     "10000000 70000000 2000000000"},
    {">u4",
     "eNqb7BfqGxDJyFDGUK2eklqcXKRupaBuV2qirqOgnpZfVFKUmBefX5SSChJ3S8wpTgWKF2ckFqQC"
     "+RrGOgommjoKtQpkAy4GIGDRkW0AYRi73HQKAwgzzJgGFgMDEBuIAUeWJXA=",
     false, "4x3x1 >u4 70000000", ".##./####/..##", ".bb./bcca/..aa",
     "10000000 70000000 2000000000"},
    {"<i4",
     "eNqb7BfqGxDJyFDGUK2eklqcXKRupaBuk2mirqOgnpZfVFKUmBefX5SSChJ3S8wpTgWKF2ckFqQC"
     "+RrGOgommjoKtQpkAy4GIGiQ1WEBYRibYYppOQg3TJvBAAMgNggDAEXFJWI=",
     false, "4x3x1 <i4 70000000", ".##./####/..##", ".bb./bcca/..aa",
     "10000000 70000000 2000000000"},
    {">i4",
     "eNqb7BfqGxDJyFDGUK2eklqcXKRupaBul2mirqOgnpZfVFKUmBefX5SSChJ3S8wpTgWKF2ckFqQC"
     "+RrGOgommjoKtQpkAy4GIGDRkW0AYRi73HQKAwgzzJgGFgMDEBuIAUBeJWQ=",
     false, "4x3x1 >i4 70000000", ".##./####/..##", ".bb./bcca/..aa",
     "10000000 70000000 2000000000"},
    {"<u8",
     "eNqb7BfqGxDJyFDGUK2eklqcXKRupaBuU2qhrqOgnpZfVFKUmBefX5SSChJ3S8wpTgWKF2ckFqQC"
     "+RrGOgommjoKtQpkAy4GEGBkYGBngAAYzYDGP4FGM0Lp/0DAgCTGiCYPAIGgISc=",
     false, "4x3x1 <u8 1099511627776", "###./####/####", ".bb./bcca/d.aa",
     "1 7 200 4294967295"},
    {">u8",
     "eNqb7BfqGxDJyFDGUK2eklqcXKRupaBuV2qhrqOgnpZfVFKUmBefX5SSChJ3S8wpTgWKF2ckFqQC"
     "+RrGOgommjoKtQpkAy4GBkYGJMCORqOLn0CjwZr/AwEDqkEwNiMAZ7IhKQ==",
     false, "4x3x1 >u8 1099511627776", "###./####/####", ".bb./bcca/d.aa",
     "1 7 200 4294967295"},
    {"<i8",
     "eNqb7BfqGxDJyFDGUK2eklqcXKRupaBuk2mhrqOgnpZfVFKUmBefX5SSChJ3S8wpTgWKF2ckFqQC"
     "+RrGOgommjoKtQpkA67f/yGAnQECYDQDGv8EGs0IpUF6GZDEGNHkAVeWKQ4=",
     false, "4x3x1 <i8 -5", "###./####/####", ".bb./bcca/d.aa", "1 7 200 4294967295"},
    {">i8",
     "eNqb7BfqGxDJyFDGUK2eklqcXKRupaBul2mhrqOgnpZfVFKUmBefX5SSChJ3S8wpTgWKF2ckFqQC"
     "+RrGOgommjoKtQpkA67/EPCbAQLY0WgGNP4JNJoRRIAMgLGRxUE0AD3BKRA=",
     false, "4x3x1 >i8 -5", "###./####/####", ".bb./bcca/d.aa", "1 7 200 4294967295"},
    {"<f2",
     "eNqb7BfqGxDJyFDGUK2eklqcXKRupaBuk2akrqOgnpZfVFKUmBefX5SSChJ3S8wpTgWKF2ckFqQC"
     "+RrGOgommjoKtQpkAy6GOgZnIGxgcHYIcwhjsGCoYWQAkhYAH3gfhA==",
     false, "4x3x1 <f2 1", "###./####/####", "..../.aa./....", "100"},
    {">f2",
     "eNqb7BfqGxDJyFDGUK2eklqcXKRupaBul2akrqOgnpZfVFKUmBefX5SSChJ3S8wpTgWKF2ckFqQC"
     "+RrGOgommjoKtQpkA646BmcgbADiMIcwBwuGGgYGRgsGCwYAI5Qfhg==",
     false, "4x3x1 >f2 1", "###./####/####", "..../.aa./....", "100"},
    {"<f4",
     "eNqb7BfqGxDJyFDGUK2eklqcXKRupaBuk2airqOgnpZfVFKUmBefX5SSChJ3S8wpTgWKF2ckFqQC"
     "+RrGOgommjoKtQpkAy4GhgP1DAwJDhDM0AChTzhBMIM9UKj+kBgjA4TNYA8AV80jtg==",
     false, "4x3x1 <f4 1", "###./####/####", "..../.aa./....", "100"},
    {">f4",
     "eNqb7BfqGxDJyFDGUK2eklqcXKRupaBul2airqOgnpZfVFKUmBefX5SSChJ3S8wpTgWKF2ckFqQC"
     "+RrGOgommjoKtQpkA676AwwMDgkQ3MAAoZ1OQLA9kF8PEmQUOwRigzAAZRUjuA==",
     false, "4x3x1 >f4 1", "###./####/####", "..../.aa./....", "100"},
    {"<f8",
     "eNqb7BfqGxDJyFDGUK2eklqcXKRupaBuk2ahrqOgnpZfVFKUmBefX5SSChJ3S8wpTgWKF2ckFqQC"
     "+RrGOgommjoKtQpkAy4GMPhRD6F5HFBphgZUfiQa/cAeQn+oZ2RABjDxB/YAFNskTA==",
     false, "4x3x1 <f8 1", "###./####/####", "..../.aa./....", "100"},
    {">f8",
     "eNqb7BfqGxDJyFDGUK2eklqcXKRupaBul2ahrqOgnpZfVFKUmBefX5SSChJ3S8wpTgWKF2ckFqQC"
     "+RrGOgommjoKtQpkA676Hwxg4MCDSjcwoIlHotL2DyB0/QcGZMAIE4fRAEmdJE4=",
     false, "4x3x1 >f8 1", "###./####/####", "..../.aa./....", "100"},
    {"Fortran order",
     "eNqb7BfqGxDJyFDGUK2eklqcXKRupaBeU2qorqOgnpZfVFKUmBefX5SSChIPKSpNBQoXZyQWpAK5"
     "GsY6CiaaOgq1CuQDLgZ2BvYTQMTIwMgIAMGoHTc=",
     false, "4x3x1 |u1 7", ".##./####/..##", ".bb./bcca/..aa", "1 7 200"},
    {"Fortran order of eight bytes",
     "eNqb7BfqGxDJyFDGUK2eklqcXKRupaBuk2mhrqOgnpZfVFKUmBefX5SSChIPKSpNBQoXZyQWpAK5"
     "GsY6CiaaOgq1CuQDLgYoYGdABTD+CQLijGjyjGg0AOKlHPI=",
     false, "4x3x1 <i8 7", ".##./####/..##", ".bb./bcca/..aa", "1 7 200"},
    {"RGB",
     "eNqb7BfqGxDJyFDGUK2eklqcXKRupaBeU2qorqOgnpZfVFKUmBefX5SSChJ3S8wpTgWKF2ckFqQC"
     "+RrGOgomOgrGmjoKtQrkAS4GBgZ2ZhCCME6kgBAjw38GMAAygAgAqeMhTw==",
     false, "4x3x3 |u1 459520", ".##./####/..##", ".bb./bcca/..aa",
     "65791 459520 13132800"},
    {"RGB, Fortran order",
     "eNqb7BfqGxDJyFDGUK2eklqcXKRupaBeU2qorqOgnpZfVFKUmBefX5SSChIPKSpNBQoXZyQWpAK5"
     "GsY6CiY6CsaaOgq1CmQCLgZ2BvYTQMTIwMjIwMzAnAJCSOA/w///AJ/EISQ=",
     false, "4x3x3 |u1 459520", ".##./####/..##", ".bb./bcca/..aa",
     "65791 459520 13132800"},
    {"RGB of two bytes",
     "eNqb7BfqGxDJyFDGUK2eklqcXKRupaBuU2qkrqOgnpZfVFKUmBefX5SSChJ3S8wpTgWKF2ckFqQC"
     "+RrGOgomOgrGmjoKtQrkAS4GMOBjYIOTyCITGE/ASSYg/sfIgAQgIhASAL3uIYs=",
     false, "4x3x3 <u2 919040", ".##./####/..##", ".aa./a.../....", "919040"},
    {"RGBA: alpha is not inside",
     "eNqb7BfqGxDJyFDGUK2eklqcXKRupaBeU2qorqOgnpZfVFKUmBefX5SSChJ3S8wpTgWKF2ckFqQC"
     "+RrGOgomQKSpo1CrQB7gYmBg+M/ODMEw9okUCGZk+A8WA2EQG4QBI/MtRA==",
     false, "4x3x4 |u1 459520", ".##./####/..##", ".bb./bcca/..aa",
     "65791 459520 13132800"},
    {"one channel",
     "eNqb7BfqGxDJyFDGUK2eklqcXKRupaBeU2qorqOgnpZfVFKUmBefX5SSChJ3S8wpTgWKF2ckFqQC"
     "+RrGOgomOgqGmjoKtQrkAS4GdnYG9hMnGBkYGBkB1Xgdfw==",
     false, "4x3x1 |u1 7", ".##./####/..##", ".bb./bcca/..aa", "1 7 200"},
    {"version 2.0",
     "eNqb7BfqGxDJxFDCwMBQrZ6SWpxcpG6loF5Taqiuo6Cell9UUpSYF59flJIKEndLzClOBYoXZyQW"
     "pAL5GsY6CiaaOgq1CmQCLgZ2dgb2EycYGRgYGQGYtx0h",
     false, "4x3x1 |u1 7", ".##./####/..##", ".bb./bcca/..aa", "1 7 200"},
    {"version 3.0",
     "eNqb7BfqGxDJzFDCwMBQrZ6SWpxcpG6loF5Taqiuo6Cell9UUpSYF59flJIKEndLzClOBYoXZyQW"
     "pAL5GsY6CiaaOgq1CmQCLgZ2dgb2EycYGRgYGQGZPR0i",
     false, "4x3x1 |u1 7", ".##./####/..##", ".bb./bcca/..aa", "1 7 200"},
    {"one pixel",
     "eNqb7BfqGxDJyFDGUK2eklqcXKRupaBek2SorqOgnpZfVFKUmBefX5SSChJ3S8wpTgWKF2ckFqQC"
     "+RqGOgqGmjoKtQpkAy5GAIkuG6M=",
     false, "1x1x1 |b1 1", "#", "a", "1"},
    {"nothing inside",
     "eNqb7BfqGxDJyFDGUK2eklqcXKRupaBeU2qorqOgnpZfVFKUmBefX5SSChJ3S8wpTgWKF2ckFqQC"
     "+RpGOgrGmjoKtQpkAy4GMAAAHIsbuA==",
     false, "3x2x1 |u1 0", ".../...", ".../...", ""},
    {"words of eight pixels",
     "eNqb7BfqGxDJyFDGUK2eklqcXKRupaBeU2qorqOgnpZfVFKUmBefX5SSChJ3S8wpTgWKF2ckFqQC"
     "+RpGOgpGhpo6CrUK5AIuBgYGVjTAAAcwETYQBwAUNhxG",
     false, "21x2x1 |u1 5", "...################../........#########....",
     "...aaaaaaaaaaaaaaaa../........aaaaaaaab....", "5 6"},
    {"PNG, grey",
     "iVBORw0KGgoAAAANSUhEUgAAAAQAAAADCAAAAACRn/EaAAAAF0lEQVR4nGNgYGdnYGA/cYKRkYGB"
     "kQEADMIBqYFcm4MAAAAASUVORK5CYII=",
     true, "4x3x1 |u1 7", ".##./####/..##", ".bb./bcca/..aa", "1 7 200"},
    {"PNG, 1 bit",
     "iVBORw0KGgoAAAANSUhEUgAAAAQAAAADAQAAAACcj5NrAAAADklEQVR4nGMwYDJgOAAAAk4BI15Z"
     "7rgAAAAASUVORK5CYII=",
     true, "4x3x1 |u1 255", "..##/.##./##..", "..aa/.aa./aa..", "255"},
    {"PNG, 2 bits",
     "iVBORw0KGgoAAAANSUhEUgAAAAQAAAACAgAAAAAQczoeAAAADElEQVR42mOQZngCAAE5AQB7mUI3"
     "AAAAAElFTkSuQmCC",
     true, "4x2x1 |u1 85", ".###/###.", ".abc/cba.", "85 170 255"},
    {"PNG, 4 bits",
     "iVBORw0KGgoAAAANSUhEUgAAAAMAAAABBAAAAAD7e6ZpAAAAC0lEQVR42mOQNwAAAHEAUHkJU6sA"
     "AAAASUVORK5CYII=",
     true, "3x1x1 |u1 17", "###", "acb", "17 51 255"},
    {"PNG, 16 bits",
     "iVBORw0KGgoAAAANSUhEUgAAAAIAAAACEAAAAAAHTY67AAAADklEQVR42mNgZGIAA2YAACYABy3B"
     "pjEAAAAASUVORK5CYII=",
     true, "2x2x1 >u2 258", "#./.#", "b./.a", "3 258"},
    {"PNG, palette: its colours",
     "iVBORw0KGgoAAAANSUhEUgAAAAQAAAABAgMAAACEUudeAAAADFBMVEUAAAAKFB4AAAD///9vaUNY"
     "AAAACklEQVR42mOQBgAAHQAcI3yPrAAAAABJRU5ErkJggg==",
     true, "4x1x3 |u1 660510", ".#.#", ".a.b", "660510 16777215"},
    {"PNG, palette with alpha",
     "iVBORw0KGgoAAAANSUhEUgAAAAQAAAABAgMAAACEUudeAAAADFBMVEUAAAAKFB4AAAD///9vaUNY"
     "AAAAAnRSTlP/AOW3MEoAAAAKSURBVHjaY5AGAAAdABwjfI+sAAAAAElFTkSuQmCC",
     true, "4x1x4 |u1 660510", ".#.#", ".a.b", "660510 16777215"},
    {"PNG, RGB",
     "iVBORw0KGgoAAAANSUhEUgAAAAQAAAADCAIAAAA7ljmRAAAAI0lEQVR4nCXGoREAMAgEsPwhWJRh"
     "2YqKRgW6dPG3Y0dcgDg8RQsEeG60MRkAAAAASUVORK5CYII=",
     true, "4x3x3 |u1 459520", ".##./####/..##", ".bb./bcca/..aa",
     "65791 459520 13132800"},
    {"PNG, RGB with a clear colour",
     "iVBORw0KGgoAAAANSUhEUgAAAAIAAAABCAIAAAB7QOjdAAAABnRSTlMAAQACAAPJS6v1AAAAD0lE"
     "QVR42mNgZGJmYWUDAAA/ABaYwWgTAAAAAElFTkSuQmCC",
     true, "2x1x4 |u1 66051", "##", "ab", "66051 263430"},
    {"PNG, RGBA",
     "iVBORw0KGgoAAAANSUhEUgAAAAIAAAABCAYAAAD0In+KAAAAEUlEQVR42mNgYGD4z8jEzAAABRQB"
     "BvpLd+oAAAAASUVORK5CYII=",
     true, "2x1x4 |u1 66051", ".#", ".a", "66051"},
    {"PNG, grey and alpha",
     "iVBORw0KGgoAAAANSUhEUgAAAAIAAAABCAQAAABeK7cBAAAADUlEQVR42mNg+M/KAAADDAEFmEGv"
     "TwAAAABJRU5ErkJggg==",
     true, "2x1x4 |u1 328965", ".#", ".a", "328965"},
    {"PNG, grey with a clear one",
     "iVBORw0KGgoAAAANSUhEUgAAAAIAAAABCAAAAADRSSBWAAAAAnRSTlMABQb5ObcAAAALSURBVHja"
     "Y2BlAwAAEwAMnTLPQAAAAABJRU5ErkJggg==",
     true, "2x1x1 |u1 5", "##", "ab", "5 6"},
    {"PNG, RGB of 16 bits",
     "iVBORw0KGgoAAAANSUhEUgAAAAIAAAABEAIAAAAr0DSeAAAAEklEQVR42mNgYGRgYmBmZAABAABF"
     "AAj4BExkAAAAAElFTkSuQmCC",
     true, "2x1x3 >u2 66051", "##", "a.", "66051"},
    {"PNG, gamma is not heeded",
     "iVBORw0KGgoAAAANSUhEUgAAAAIAAAABCAAAAADRSSBWAAAABGdBTUEAAHUw/7TdUgAAAAtJREFU"
     "eNpjYGUDAAATAAydMs9AAAAAAElFTkSuQmCC",
     true, "2x1x1 |u1 5", "##", "ab", "5 6"},
    {"PNG, interlaced",
     "iVBORw0KGgoAAAANSUhEUgAAAAkAAAAJCAAAAAGy/WlaAAAANklEQVR42jXMyQ0AMAgDweXsv+QY"
     "RHjZAwIMh2TGJ4aaCUyhBL20ERezm7jr0lqlx3PLkT5+eheNAIvVMpRvAAAAAElFTkSuQmCC",
     true, "9x9x1 |u1 2",
     "..###...#/#..##...#/##..###../#.#..###./.###...##/..##...##/#..###..#/.#..##"
     "#../###...##.",
     "..bcd...a/b..ef...c/de..abc../f.a..def./.bcd...ab/..ef...cd/e..abc..f/.a..de"
     "f../bcd...ab.",
     "1 2 3 4 5 6"},
    {"PNG, time and text",
     "iVBORw0KGgoAAAANSUhEUgAAAAIAAAABCAAAAADRSSBWAAAAB3RJTUUH5gEBAQEB5st3CgAAAAN0"
     "RVh0YQBi3EmiOwAAAAtJREFUeNpjYGUDAAATAAydMs9AAAAAAElFTkSuQmCC",
     true, "2x1x1 |u1 5", "##", "ab", "5 6"},
    {"only blue",
     "eNqb7BfqGxDJyFDGUK2eklqcXKRupaBeU2qorqOgnpZfVFKUmBefX5SSChJ3S8wpTgWKF2ckFqQC"
     "+RqGOgrGQKSpo1CrQB7gYgABTiAGAHbHG98=",
     false, "3x1x3 |u1 9", ".#.", ".a.", "9"},
};

#endif
