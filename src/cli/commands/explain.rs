//! `baseleak explain`.

use anyhow::Result;
use baseleak::verify::Leak;

use crate::cli::args::{ColorWhen, ExplainArgs, Format};
use crate::cli::baseten::operator;
use crate::cli::complaint::Advised;
use crate::cli::exit::Exit;
use crate::cli::explanation::Explanation;
use crate::cli::output::Output;
use crate::cli::plan::{output_of, set_color};
use crate::cli::verifying::{answer, leaked};

/// Puts together what is known, and answers.
pub(crate) fn run(args: &ExplainArgs, color: Option<ColorWhen>) -> Result<Exit> {
    let output = output_of(args.answer.output.as_ref());
    set_color(color, output != Output::stdout());
    let named = Leak::named(&args.prefix).ok_or_else(|| {
        let hint = "it is what stands before the dot, such as b10_abcd1234; a key given as an argument is in \
                    the history of your shell now";
        Advised::new("this is not the prefix of a key of Baseten's", hint)
    })?;
    let places = match &args.report {
        None => Vec::new(),
        Some(report) => leaked(report)?.leaks.into_iter().filter(|leak| may_be(leak, &args.prefix)).collect(),
    };
    let operator = operator(&args.baseten)?;
    let explanation = Explanation::new(named, places, args.report.is_some(), &operator, args.limit);
    output.deliver(|out| match args.answer.format {
        Format::Human => explanation.write_human(out),
        Format::Json => explanation.write_json(out),
    })?;
    Ok(answer(std::slice::from_ref(&explanation.verdict)))
}

/// Whether what leaked is the key, or may be it: an image has several readings.
fn may_be(leak: &Leak, prefix: &str) -> bool {
    leak.key == prefix || leak.prefixes().any(|name| name == prefix)
}
