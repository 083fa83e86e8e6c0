//! Whether images are looked at, from the arguments and the configuration.
//!
//! Which program reads them, neither a configuration nor the environment says: what lies in
//! a repository that is scanned must not name what is run.

use anyhow::Result;
use baseleak::ocr::{Ocr, OcrError, Settings};
use baseleak::rules::Config;

use super::args::ReadOptions;
use super::complaint::Advised;

/// What reads images, if any are to be looked at. A budget asks for it as well.
///
/// # Errors
/// When the recogniser is not there, or does not work: nothing is scanned then.
pub(crate) fn plan(args: &ReadOptions, config: &Config) -> Result<Option<Ocr>> {
    let is_wanted = args.ocr || args.ocr_budget.is_some() || config.scan.ocr.unwrap_or(false);
    if !is_wanted {
        return Ok(None);
    }
    let settings = Settings { budget: args.ocr_budget.or(config.scan.ocr_budget), ..Settings::default() };
    Ok(Some(Ocr::new(settings).map_err(|error| advised(&error))?))
}

fn advised(error: &OcrError) -> anyhow::Error {
    Advised::new(error.to_string(), hint(error)).into()
}

/// What to do: the command that installs what is lacking, on this system.
fn hint(error: &OcrError) -> String {
    let install = if cfg!(target_os = "macos") {
        "brew install tesseract"
    } else if cfg!(windows) {
        "winget install UB-Mannheim.TesseractOCR"
    } else {
        "apt-get install tesseract-ocr"
    };
    match error {
        OcrError::Missing => format!("install it with `{install}`, or leave out --ocr"),
        OcrError::Language { .. } if cfg!(target_os = "linux") => {
            "install it with `apt-get install tesseract-ocr-eng`, or leave out --ocr".to_owned()
        }
        _ => format!("install version 4 or later with `{install}`, or leave out --ocr"),
    }
}
