"""The reports of a run."""

from helpers import metrics, read, refused


def test_a_report_is_made_from_the_files_of_the_run(run, command):
    for path in run.glob("checkpoint*"):
        path.unlink()
    first = (run / "report.html").read_text(encoding="utf-8")
    assert command("report", run)[0] == 0
    assert (run / "report.html").read_text(encoding="utf-8") == first
    (run / "logits.npy").write_bytes(b"cut")
    refused(command("report", run), "damaged")


def test_html_report_is_one_file_with_everything(finished):
    text = (finished / "report.html").read_text(encoding="utf-8")
    summary = read(finished / "summary.json")
    assert f"{summary['test_accuracy']:.2f}%" in text and f"{summary['test_loss']:.4f}" in text
    for row in metrics(finished):
        assert f"{row['train_loss']:.4f}" in text
    assert text.count("</svg>") >= 2
    sources = [
        part.split('"')[0] for part in text.replace("xlink:href=", "src=").split('src="')[1:]
    ]
    assert all(source.startswith(("data:", "#")) for source in sources)
    assert "http" not in text


def test_markdown_report(finished, command, tmp_path):
    assert command("report", finished, "--to", "md", "-o", tmp_path / "r.md")[0] == 0
    text = (tmp_path / "r.md").read_text(encoding="utf-8")
    assert f"accuracy {read(finished / 'summary.json')['test_accuracy']:.2f}%" in text
    assert text.count("\n| ") >= 3


def test_notebook_report_is_valid_and_runs(finished, command, capsys):
    import nbformat

    assert command("report", finished, "--to", "ipynb", "-o", "r.ipynb")[0] == 0
    notebook = nbformat.read("r.ipynb", as_version=4)
    nbformat.validate(notebook)
    summary = read(finished / "summary.json")
    result = f"test loss {summary['test_loss']:.4f}, accuracy {summary['test_accuracy']:.2f}%\n"
    assert result in [
        output.get("text", "") for cell in notebook.cells for output in cell.get("outputs", [])
    ]
    names, printed = {}, []
    for cell in [cell for cell in notebook.cells if cell.cell_type == "code"]:
        exec(cell.source, names)
        printed.append(capsys.readouterr().out)
    assert result in printed  # the code in the notebook is the code of the run
