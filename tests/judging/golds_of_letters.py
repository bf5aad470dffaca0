"""More answers of files, written out by hand: with letters, matrices, words, options."""

from .golds import Gold, gold_of

GOLDS_OF_LETTERS: tuple[Gold, ...] = (
    gold_of("line", False, "Find the equation of the line.", "y=2x+3",
         r"y = 2x + 3 | y=3+2x | 2x+3 | y = 2 x+3 | 2x + 3 = y | y = 2\cdot x + 3",
         r"y=2x-3 | y=3x+2 | x=2y+3 | z=2x+3 | y=2x | 2 | y=2x+4 | y=-2x+3 | y>2x+3 | 2x-7"
         r" | y = 2"),
    gold_of("line", False, "Find x.", "x=7",
         r"7 | x = 7 | x=7.0 | 7.0",
         r"y=7 | x=-7 | x=8 | x>7 | x=7,8 | x^2=7 | 2x=7 | x\ne 7 | 7x | x \le 7"),
    gold_of("circle", True, "Find the equation of the circle.", "x^2+y^2=25",
         r"x^2 + y^2 = 25 | y^2+x^2=25 | 25 = x^2+y^2 | x² + y² = 25 | x^{2}+y^{2}=25",
         r"x^2+y^2=5 | x^2-y^2=25 | x+y=25 | x^2+y^2=52 | 25 | x^2+y^2>25 | x^2+y^2"
         r" | x^2+z^2=25 | x^2+y^2=-25"),
    gold_of("matrix", True, "Find the inverse matrix.",
         r"\begin{pmatrix} 1 & 2 \\ 3 & 4 \end{pmatrix}",
         r"\begin{pmatrix}1&2\\3&4\end{pmatrix} | \begin{bmatrix} 1 & 2 \\ 3 & 4 \end{bmatrix}"
         r" | \left(\begin{matrix} 1 & 2 \\ 3 & 4 \end{matrix}\right)",
         r"\begin{pmatrix} 1 & 3 \\ 2 & 4 \end{pmatrix} | \begin{pmatrix} 1 & 2 \end{pmatrix}"
         r" | \begin{pmatrix} 1 & 2 \\ 3 & 5 \end{pmatrix} | 10 | -2"
         r" | \begin{pmatrix} 3 & 4 \\ 1 & 2 \end{pmatrix}"
         r" | \begin{pmatrix} 1 & -2 \\ 3 & 4 \end{pmatrix}"
         r" | \begin{pmatrix} 1 \\ 2 \end{pmatrix}"),
    gold_of("matrix", True, "Find the vector.", r"\begin{pmatrix} 4 \\ -1 \end{pmatrix}",
         r"\begin{pmatrix}4\\-1\end{pmatrix} | \begin{bmatrix} 4 \\ -1 \end{bmatrix}",
         r"\begin{pmatrix} -1 \\ 4 \end{pmatrix} | \begin{pmatrix} 4 \\ 1 \end{pmatrix} | 4 | 3"
         r" | \begin{pmatrix} 4 \\ -1 \\ 0 \end{pmatrix} | \begin{pmatrix} 4 \\ -2 \end{pmatrix}"
         r" | -\begin{pmatrix} 4 \\ -1 \end{pmatrix}"),
    gold_of("words", False, "On which day of the week was it?", r"\text{Monday}",
         r"Monday | monday | \textbf{Monday} | \mathrm{Monday} | MONDAY",
         r"Tuesday | Sunday | \text{Friday} | Monday or Tuesday | 1 | the day after Monday"),
    gold_of("words", False, "Is the function even, odd or neither?", r"\text{even}",
         r"even | Even | \mathrm{even} | \textbf{even}",
         r"odd | neither | \text{odd} | not even | uneven | both even and odd | 2"),
    gold_of("words", False, "Who of them ran fastest?", r"\text{Evelyn}",
         r"Evelyn | \textbf{Evelyn} | evelyn | \mathrm{Evelyn}",
         r"Angela | Debra | \text{Carla} | nobody | Evelyn and Carla | not Evelyn"),
    gold_of("option", False, "Which of the five graphs is it?", r"\text{(A)}",
         r"(A) | A | \text{A} | \textbf{(A)} | \mathrm{(A)}",
         r"(B) | B | \text{(C)} | D | (A) or (B) | \text{(E)} | (A), (C) | AB"),
    gold_of("option", False, "Which statement follows?", r"\textbf{(D)}",
         r"(D) | D | \text{(D)} | \text{D}",
         r"(B) | \text{(B)} | (C) or (D) | E | (A) | \textbf{(E)} | (C), (D)"),
    gold_of("letters", False, "Multiply the monomials.", "12a^2b",
         r"12a^2 b | 12 a^{2} b | 12ba^2 | 12 \cdot a^2 \cdot b | 12a²b | 12\,a^2\,b",
         r"12ab^2 | 12a^2 | 12 | -12a^2b | 21a^2b | 12a^2c | 12a^2b^2 | 12a^2+b | 12 apples"
         r" | 12b"),
    gold_of("letters", False, "Write the number with the digits a, b and c.", "100a+10b+c",
         r"c+10b+100a | 10b+100a+c | 100 a + 10 b + c | 100a+c+10b",
         r"100a+10b | 100 | 100a+10b-c | 10a+100b+c | 111 | 100c+10b+a | 100abc | 100 apples"),
    gold_of("letters", False, "What is half of x?", r"\frac{1}{2}x",
         r"\frac{x}{2} | x/2 | 0.5x | \tfrac{1}{2}x | \dfrac{x}{2} | \frac12 x",
         r"\frac{1}{2} | 2x | \frac{1}{2x} | \frac{1}{2}y | x | -\frac{x}{2} | \frac{1}{3}x"
         r" | 0.5 | \frac{1}{2}x^2"),
    gold_of("letters", False, "Simplify the quotient.", r"\frac{x+1}{x-2}",
         r"(x+1)/(x-2) | \dfrac{x+1}{x-2} | \frac{1+x}{x-2} | \frac{x + 1}{x - 2}",
         r"\frac{x-2}{x+1} | \frac{x-1}{x-2} | x+1 | \frac{x+1}{x+2} | -\frac{1}{2}"
         r" | -\frac{x+1}{x-2} | \frac{y+1}{y-2}"),
    gold_of("letters", False, "Factor completely.", "(x+1)(x-3)",
         r"(x-3)(x+1) | (x + 1)(x - 3) | (x+1) \cdot (x-3) | \left(x+1\right)\left(x-3\right)",
         r"(x-1)(x+3) | (x+1)(x+3) | x+1 | (x+1)(x-3)(x-5) | (x+1)-(x-3) | (y+1)(y-3) | -3"
         r" | (x+1)(x-4)"),
    gold_of("letters", False, "Add the like terms.", "7ab-2c",
         r"-2c+7ab | 7 a b - 2 c | 7ba-2c | 7ab − 2c",
         r"7ab+2c | 7 | 7ab | 5abc | 7ac-2b | 7ab-2 | 2c-7ab | 7 apples | 7ab-3c"),
    gold_of("functions", True, "Differentiate.", "e^{2x}",
         r"\exp(2x) | e^{2 x} | \mathrm{e}^{2x} | e^{2\cdot x}",
         r"e^{-2x} | 2e^x | e^{x} | e^{2} | e^{2x}+1 | -e^{2x} | e^{3x} | 2^{2x}"),
    gold_of("functions", True, "Find the exact value of the integral.", r"\ln 2",
         r"\ln(2) | ln 2 | ln(2) | \ln{2} | \ln\left(2\right)",
         r"\ln 3 | 2 | -\ln 2 | 0.7 | \ln 20 | \frac{1}{2} | 2\ln 2 | \ln x"),
    gold_of("functions", True, "Solve for x exactly.", r"\log_2 5",
         r"\log_{2} 5 | \log_2(5) | \log_2{5} | \frac{\ln 5}{\ln 2}",
         r"\log_5 2 | \log_2 6 | \log_{10} 5 | 2.3 | -\log_2 5 | 5 | 2 | \log_3 5"),
    gold_of("functions", True, "Simplify the trigonometric expression.", r"\sin x",
         r"\sin(x) | sin(x) | sin x | \sin{x} | \sin\left(x\right)",
         r"\cos x | \sin 2x | \sin y | -\sin x | \sin^2 x | x | \tan x | 2\sin x"),
    gold_of("ratio", True, "In which ratio are they mixed?", "3:4",
         r"3 : 4 | 3:4",
         r"4:3 | 3:5 | 3 | 34 | 3:4:5 | 13:4 | 7"),
    gold_of("infinity", True, "What is the limit?", r"\infty",
         r"∞ | +\infty",
         r"-\infty | 0 | 1 | x | 8"),
    gold_of("mixed number", False, "How many pies are left? Give a mixed number.", r"3\frac{1}{2}",
         r"3\frac12 | 3 1/2 | 3½ | 3\dfrac{1}{2} | 3\tfrac{1}{2}",
         r"\frac{3}{2} | 3 | 31/2 | 3\frac{1}{3} | -3\frac{1}{2} | 3.2 | 13/2 | 4\frac{1}{2}"),
    gold_of("mixed number", False, "How far did she run, in miles?", r"2\frac{3}{4}",
         r"2 3/4 | 2.75 | \frac{11}{4} | 11/4 | 2¾",
         r"\frac{6}{4} | 23/4 | 2.34 | 2\frac{1}{4} | 3/2 | 2 | 2.57 | -2.75"),
    gold_of("remainder", True, "Solve the congruence.", r"x \equiv 3 \pmod{7}",
         r"x\equiv 3\pmod 7 | x \equiv 3 \pmod{7}",
         r"x \equiv 4 \pmod{7} | x \equiv 3 \pmod{8} | 3.7 | x \equiv -3 \pmod{7} | 7"),
    gold_of("inequality", True, "Which condition must k meet?", r"k \ge \frac{9}{4}",
         r"k >= 9/4 | k ≥ 9/4 | k \geq \frac{9}{4} | k \geqslant \frac{9}{4} | k \ge \dfrac94",
         r"k > \frac{9}{4} | k \le \frac{9}{4} | \frac{9}{4} | k = \frac{9}{4} | k \ge \frac{4}{9}"
         r" | k \ge -\frac{9}{4} | m \ge \frac{9}{4} | k \ge 9"),
)  # fmt: skip
