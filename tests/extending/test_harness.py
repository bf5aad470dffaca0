"""The harness applies a patch as a whole, or says which hunk fits no longer."""

from pathlib import Path

import pytest

from .harness import Patched, apply_patch, copy_package

NEW = """\
--- a/models/__init__.py
+++ b/models/__init__.py
@@ -1 +1,2 @@
+# Patched.
 FIRST
--- /dev/null
+++ b/store/new.py
@@ -0,0 +1 @@
+# New file.
--- /dev/null
+++ b/docs/new.md
@@ -0,0 +1 @@
+New page.
"""


def test_a_patch_touches_what_is_shipped_and_what_is_not(tmp_path: Path) -> None:
    root = copy_package(tmp_path)
    first, *rest = (root / "models" / "__init__.py").read_text().splitlines()
    (tmp_path / "new.patch").write_text(NEW.replace("FIRST", first))
    assert not (root / "tests").exists()
    assert apply_patch(root, tmp_path / "new.patch") == (
        "models/__init__.py",
        "store/new.py",
    )
    assert (root / "models" / "__init__.py").read_text().splitlines() == [
        "# Patched.",
        first,
        *rest,
    ]
    assert (root / "store" / "new.py").read_text() == "# New file.\n"
    found = Patched(root, ()).python("-c", "import tutelage; print(tutelage.__file__)")
    assert Path(found.out.strip()) == root / "__init__.py", (found.out, found.err)


def test_a_patch_that_fits_no_longer_fails_and_names_the_hunk(tmp_path: Path) -> None:
    (tmp_path / "new.patch").write_text(NEW.replace("FIRST", "A line of old."))
    root = copy_package(tmp_path)
    with pytest.raises(AssertionError, match=r"new.patch fits no longer[^$]*models/__init__.py:1"):
        apply_patch(root, tmp_path / "new.patch")
