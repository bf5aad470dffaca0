"""Answers of files, written out by hand: topic, question, gold, rewritings, near misses.

The gold is written as MATH writes it. `new`: the topic is in no list of ours.
"""

from typing import NamedTuple


class Gold(NamedTuple):
    """The answer of a file, what else is right for it, and what is not."""

    topic: str
    new: bool
    question: str
    gold: str
    rights: tuple[str, ...]
    wrongs: tuple[str, ...]


def gold_of(topic: str, new: bool, question: str, gold: str, rights: str, wrongs: str) -> Gold:
    """Read lists that are set apart by ` | `."""
    return Gold(topic, new, question, gold, tuple(rights.split(" | ")), tuple(wrongs.split(" | ")))


GOLDS = (
    gold_of("degrees", False, "Two angles of a triangle are equal, the third is twice as large. "
          "How many degrees has the third?", r"90^\circ",
          r"90° | 90^{\circ} | 90 degrees | 90",
          r"9^\circ | -90^\circ | 91° | 90 radians | 45^\circ | 90% | 90x | 90 thousand"),
    gold_of("degrees", False, "How many degrees has angle ABC?", r"72.5^\circ",
          r"72.5° | 72.5^{\circ} | 72.5 degrees | 72.50^\circ",
          r"7.25^\circ | 72^\circ | 27.5° | 72.5 radians | -72.5° | 725^\circ"),
    gold_of("percent", False, "What percent of the class is absent?", r"25\%",
          r"25% | 25 percent | 25 \% | 25.0%",
          r"2.5% | 25 m | 75% | 250% | 0.25% | 52\% | -25%"),
    gold_of("percent", False, "By what percent did the price rise?", "12",
          r"12% | 12\% | 12 percent | 12",
          r"21% | 1.2% | 12x | -12% | 112% | 12 million | 12\pi"),
    gold_of("money", False, "What does the coat cost?", r"\$18.90",
          r"$18.90 | 18.90 dollars | \$18.90 | $18.9",
          r"$1.89 | $18.09 | 18.90 cents | $18 | $189 | 18.90 thousand dollars | -$18.90"),
    gold_of("money", False, "How much does Janet make each day at the market?", "18",
          r"$18 | 18 dollars | \$18 | $18.00 | 18 USD | 18.00 dollars",
          r"$81 | $1.8 | 18 thousand | $18k | 18% | 18x | $18 million | $19 | 18.5 dollars"),
    gold_of("length", False, "How long is the shorter leg?", r"5\text{ cm}",
          r"5 cm | 5\,\text{cm} | 5\ \mathrm{cm} | 5 centimeters | 5cm | 0.05 m | 50 mm"
          r" | 5 centimetres | 5~\text{cm} | 5.0 cm",
          r"5 km | 5 mm | 5 m | 50 cm | 5 cm^2 | 5 kg | -5 cm | 6 cm | 5 seconds | 5 inches"
          r" | 5\text{ km} | 5\text{ cm}^3 | 5x\text{ cm}"),
    gold_of("area", False, "How large is the triangle?", r"12\text{ cm}^2",
          r"12 cm² | 12\,\text{cm}^2 | 12 square centimeters | 12 cm^2 | 1200 mm² | 0.0012 m^2"
          r" | 12\ \mathrm{cm}^{2} | 12 sq cm",
          r"12 cm | 12 cm^3 | 12 m^2 | 12 mm² | 21 cm² | 12 kg | 24 cm^2 | 12\text{ m}^2"
          r" | 0.12 m^2"),
    gold_of("speed", True, "How fast was the car?", r"40\text{ mph}",
          r"40 mph | 40 miles per hour | 40\,\text{mph} | 40 mi/h",
          r"40 km/h | 40 miles | 40 hours | 4 mph | 40 m/s | 41 mph | 40\text{ kph}"),
    gold_of("duration", True, "How long does the trip take?", r"3\text{ hours}",
          r"3 hours | 3 h | 180 minutes | 3\text{ h} | 3 hr | 3.0 hours",
          r"3 minutes | 30 hours | 3 days | 3 km | 180 hours | 3 seconds | 18 minutes"),
    gold_of("volume", True, "How much water is left?", r"250\text{ mL}",
          r"250 ml | 250\,\text{mL} | 250 milliliters | 0.25 L | 0.25 litres",
          r"250 L | 250 g | 25 mL | 250 mm | 2.5 L | 205 mL | 250\text{ L}"),
    gold_of("mass", True, "How heavy is the bag?", r"7\text{ kg}",
          r"7 kg | 7 kilograms | 7000 g | 7\,\text{kg} | 7\ \mathrm{kg}",
          r"7 g | 7 km | 70 kg | 0.7 kg | 7 hours | 7\text{ mg} | 7\text{ m}"),
    gold_of("root", False, "Simplify the root of 45.", r"3\sqrt{5}",
          r"3√5 | 3 sqrt(5) | 3*sqrt(5) | 3\sqrt5 | 3 \cdot \sqrt{5} | 3√(5) | 3\,\sqrt{5}",
          r"5\sqrt{3} | 3\sqrt{6} | -3\sqrt{5} | 3+\sqrt{5} | \sqrt{15} | 3 | 15"
          r" | 3\sqrt[3]{5} | 6.7 | 3 apples | 3√7 | 3\sqrt{5}x"),
    gold_of("root", False, "Find the sine of the angle.", r"\frac{\sqrt{3}}{2}",
          r"√3/2 | sqrt(3)/2 | \frac{1}{2}\sqrt{3} | \dfrac{\sqrt{3}}{2} | \sqrt{3}/2"
          r" | \frac{\sqrt3}{2} | \tfrac{\sqrt{3}}{2}",
          r"\frac{\sqrt{2}}{2} | \frac{3}{2} | -\frac{\sqrt{3}}{2} | \frac{2}{\sqrt{3}} | 0.87"
          r" | \frac{\sqrt{3}}{3} | √3 | \sqrt{\frac{3}{2}}"),
    gold_of("root", False, "Rationalise.", r"2+\sqrt{3}",
          r"\sqrt{3}+2 | 2+√3 | 2 + sqrt(3) | 2+\sqrt3 | 2 + \sqrt{3}",
          r"2-\sqrt{3} | 2\sqrt{3} | \sqrt{5} | 2 | 3+\sqrt{2} | 2\pm\sqrt{3} | 3.7"
          r" | 2+\sqrt{3}i | 2+\sqrt[3]{3}"),
    gold_of("cube root", True, "What is x if x cubed is 4?", r"\sqrt[3]{4}",
          r"4^{1/3} | 2^{2/3} | 4^{\frac{1}{3}} | \sqrt[3]4",
          r"\sqrt{4} | \sqrt[4]{3} | \sqrt[3]{2} | 3\sqrt{4} | 1.6 | \frac{4}{3} | 4"),
    gold_of("pi", False, "Find the area of the disc.", r"16\pi",
          r"16π | 16 pi | 16*pi | 16 \cdot \pi | \pi \cdot 16 | 16 × π | 16\,\pi",
          r"16 | 8\pi | 16\pi^2 | 61\pi | -16\pi | 16+\pi | 50 | 16 apples | 16i | 16π x"),
    gold_of("pi", False, "Find the volume of the ball.", r"\frac{4}{3}\pi",
          r"\frac{4\pi}{3} | 4π/3 | (4/3)π | \frac43\pi | \tfrac{4}{3}\pi | \dfrac{4\pi}{3}",
          r"\frac{3}{4}\pi | \frac{4}{3} | 4\pi | \frac{4}{3\pi} | 4.2 | -\frac{4\pi}{3}"
          r" | \frac{4}{3}\pi^3"),
    gold_of("pi", False, "What is the angle in radians?", r"\frac{\pi}{6}",
          r"π/6 | pi/6 | \tfrac{\pi}{6} | \frac{1}{6}\pi | \pi/6",
          r"\frac{6}{\pi} | \frac{\pi}{3} | \pi | \frac{1}{6} | -\frac{\pi}{6} | 6\pi | 6"),
    gold_of("complex number", False, "Simplify the product of the complex numbers.", "3+4i",
          r"4i+3 | 3 + 4i | 3+4\,i | 3 + 4 i | 3+4\mathrm{i} | 3+4*i",
          r"3-4i | 7 | 4+3i | 3+4 | 3 | 4i | -3-4i | 7i | 5 | 3+4x | 3 apples | 3+5i"),
    gold_of("complex number", False, "Simplify the power of i.", "-2i",
          r"−2i | 0-2i | -2\,i | -2*i",
          r"2i | -2 | 2-i | i | -2+i | -2i^2 | -3i | -2x"),
    gold_of("base", False, "Write the sum in base 5.", "4210_5",
          r"4210_{5} | (4210)_5",
          r"4210_6 | 4201_5 | 421_5 | 4210_7 | 4211_5 | 4210_{15} | 1042_{5}"),
    gold_of("base", False, "Write the number in base 2.", "110101_2",
          r"110101_{2} | (110101)_2",
          r"110110_2 | 110101_3 | 11010_2 | 110101_{16} | 100101_{2} | 110101_{4}"),
    gold_of("factorial", False, "Find the product as a fraction.", r"\frac{1}{2004!}",
          r"1/2004! | \dfrac{1}{2004!} | \frac{1}{(2004)!}",
          r"\frac{1}{2006!} | 2004! | \frac{1}{2004} | \frac{2}{2004!} | 0 | \frac{1}{2004!!}"
          r" | \frac{1}{2003!} | -\frac{1}{2004!}"),
    gold_of("factorial", False, "In how many orders can they stand?", "10!",
          r"3628800 | 3,628,800 | 10 \cdot 9! | 3{,}628{,}800",
          r"9! | 11! | 10 | 3628801 | -10! | 10^{10} | 362880 | 10! + 1 | 10!x"),
    gold_of("power", False, "How likely are 99 heads?", "2^{-99}",
          r"\frac{1}{2^{99}} | 1/2^{99} | (1/2)^{99} | \left(\frac{1}{2}\right)^{99}",
          r"2^{-98} | 2^{99} | -2^{-99} | 2^{-9} | 3^{-99} | 0 | 2^{-100} | 1 | \frac{1}{2^{98}}"),
    gold_of("power", False, "How many subsets are there?", "2^{100}",
          r"1267650600228229401496703205376 | 4^{50} | 2 \cdot 2^{99} | 2^100",
          r"2^{101} | 2^{10} | 1267650600228229401496703205377 | 2^{-100} | 100^2 | 200"
          r" | 2 \cdot 100 | 2^{99} | 2^{100}x | 2^{100} - 1"),
    gold_of("power", False, "Write a millionth of a millionth.", "10^{-12}",
          r"1 \times 10^{-12} | 0.000000000001 | \frac{1}{10^{12}} | 1e-12",
          r"10^{-11} | 10^{12} | -10^{-12} | 0 | 0.00000000001 | 12^{-10} | \frac{1}{10^{13}}"),
    gold_of("power", False, "How many bacteria are there?", r"3.2\times 10^{5}",
          r"320000 | 320,000 | 3.2 × 10^5 | 3.2e5 | 3.2\cdot 10^5 | 32 \times 10^4",
          r"3.2 \times 10^6 | 3.2 | 3.2 \times 10^{-5} | 32000 | 2.3 \times 10^5"
          r" | 3.2 \times 5^{10} | 3.2 million | 3.2 + 10^5"),
    gold_of("half-line", True, "Solve the inequality for x.", r"(-\infty,3]",
          r"(-\infty, 3] | x \le 3 | x <= 3 | x ≤ 3 | (-∞, 3] | x \leq 3 | \{x \mid x \le 3\}"
          r" | x \leqslant 3 | \left(-\infty, 3\right]",
          r"(-\infty,3) | [3,\infty) | x < 3 | x \ge 3 | (-\infty,-3] | (-\infty,4] | 3 | x = 3"
          r" | (-3,3]"),
    gold_of("union", True, "For which x is the product positive?", r"(-\infty,-2)\cup(3,\infty)",
          r"(-∞, -2) ∪ (3, ∞) | x < -2 \text{ or } x > 3 | x < -2 or x > 3"
          r" | (3,\infty)\cup(-\infty,-2) | (-\infty, -2) \cup (3, \infty)"
          r" | \left(-\infty,-2\right)\cup\left(3,\infty\right)",
          r"(-\infty,-2]\cup[3,\infty) | (-2,3) | (-\infty,-2) | (3,\infty) | x > 3"
          r" | (-\infty,2)\cup(3,\infty) | (-\infty,-2)\cup(4,\infty) | x < -3 or x > 2"
          r" | (-\infty,-2)\cap(3,\infty)"),
    gold_of("union", True, "Which values does the function take?", r"[0,1]\cup[4,5]",
          r"[4,5]\cup[0,1] | [0, 1] ∪ [4, 5] | [0, 1] \cup [4, 5]",
          r"[0,5] | [0,1]\cup[4,5) | [0,1] | (0,1)\cup(4,5) | [0,1]\cup[4,6] | [1,4]"
          r" | [0,1]\cap[4,5]"),
    gold_of("set", True, "List all divisors of 4.", r"\{1,2,4\}",
          r"{1, 2, 4} | \{4,2,1\} | \left\{1,2,4\right\} | 1, 2, 4 | \{1, 4, 2\}",
          r"\{3,5,6\} | \{1,2\} | \{1,2,4,8\} | \{1,2,5\} | \{-1,2,4\} | 7 | 124 | \{1,24\} | 1, 2"
          r" | \{0,1,2,4\}"),
    gold_of("empty set", False, "Find all real solutions.", r"\emptyset",
          r"\varnothing | ∅ | \{\}",
          r"0 | \{0\} | \{\emptyset\} | \infty | \mathbb{R} | \{1\} | x = 0"),
    gold_of("all reals", True, "What is the domain of the function?", r"\mathbb{R}",
          r"ℝ | (-\infty,\infty) | \mathbb R | (-∞, ∞)",
          r"\mathbb{Z} | \mathbb{R}\setminus\{0\} | [0,\infty) | \mathbb{Q} | \mathbb{R}^2"
          r" | \emptyset | (-\infty,0)"),
    gold_of("tuple", False, "Where do the lines meet? Give (x, y).", "(3,-7)",
          r"(3, -7) | \left(3,-7\right) | (3,−7) | (x, y) = (3, -7) | (3,\,-7)",
          r"(-7,3) | (3,7) | (3,-8) | 3 | (3,-7,0) | (-3,7) | (30,-7) | 3-7 | (3,-7i)"),
    gold_of("tuple", False, "Find (a, b, c).", "(1,2,3)",
          r"(1, 2, 3) | \left(1,2,3\right) | (a, b, c) = (1, 2, 3) | (1,\,2,\,3)",
          r"(1,3,2) | (1,2) | (1,2,4) | (3,2,1) | 6 | 123 | (1,-2,3) | (1,2,3,4)"),
    gold_of("list", False, "Find all real x. Separate them by commas.", "-2,5",
          r"5,-2 | -2 and 5 | \{-2,5\} | -2, 5 | 5, -2 | x = -2, 5",
          r"-3,8 | -2 | 5 | 2,5 | -2,5,6 | -2,-5 | 3 | -25 | -2,50 | -2 or 6"),
)  # fmt: skip
"""More of them in `golds_of_letters.py`."""
