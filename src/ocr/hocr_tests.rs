//! What is read of answers of the recogniser, and of what is no such answer.

use super::hocr::{Letter, pages};

/// A page with one word of these letters: text, choices, as the recogniser writes them.
fn word(title: &str, choices: &[&str]) -> String {
    let head = "<div class='ocr_page' id='page_1' title='image \"stdin\"; bbox 0 0 9 9; ppageno 0'>\
                <span class='ocr_line' title=\"bbox 1 2 3 4\"><span class='ocrx_word' title='bbox 1 2 3 4'>";
    let letter = format!("<span class='ocrx_cinfo' title='{title}'>s</span>");
    let others =
        choices.iter().map(|other| format!("<span class='ocrx_cinfo' title='x_confs 2.5'>{other}</span>"));
    format!("{head}{letter}<span class='ocrx_cinfo' id='lstm_choices_1'>{}", others.collect::<String>())
}

fn check(answer: &str, expect: &[&[(char, u8)]]) {
    let letters: Vec<Letter> = pages(answer, 1).into_iter().flatten().flatten().flatten().collect();
    let choices: Vec<&[(char, u8)]> = letters.iter().map(|letter| &letter.choices[..]).collect();
    assert_eq!(choices, expect, "{answer}");
    assert!(
        letters.iter().all(|letter| letter.area[0] <= letter.area[2] && letter.area[1] <= letter.area[3])
    );
}

#[test]
fn letters_come_with_their_choices() {
    let area = "x_bboxes 1 2 3 4; x_conf 97.6";
    check(&word(area, &[]), &[&[('s', 98)]]);
    check(&word(area, &["s", "S", "&amp;", "&#39;"]), &[&[('s', 98), ('S', 3), ('&', 3), ('\'', 3)]]);
    check(&word(area, &["", "two", " ", "\u{7}"]), &[&[('s', 98)]]);
    check(&word("x_bboxes 1 2 3 4", &[]), &[&[('s', 0)]]);
    check(&word("x_bboxes 1 2 3 4; x_conf nan", &[]), &[&[('s', 0)]]);
    check(&word("x_bboxes 1 2 3 4; x_conf 1e30", &[]), &[&[('s', 100)]]);
}

#[test]
fn what_is_not_understood_is_passed_over() {
    for title in ["x_bboxes 1 2 3", "x_bboxes 9 2 3 4", "x_bboxes -1 2 3 4", "x_bboxes 1 2 3 99999999", ""] {
        check(&word(title, &["S"]), &[]);
    }
    for answer in
        ["", "<", "<<<>>>", "<span class='ocrx_cinfo' title='x_bboxes 1 2 3 4'>a", "text", "<div class="]
    {
        check(answer, &[]);
    }
    let elsewhere = word("x_bboxes 1 2 3 4; x_conf 5", &[]).replace("ppageno 0", "ppageno 7");
    check(&elsewhere, &[]);
}

#[test]
fn a_cut_or_changed_answer_is_no_danger() {
    let whole = word("x_bboxes 1 2 3 4; x_conf 97.6", &["S", "5", "&lt;"]);
    for at in 0..whole.len() {
        let _ = pages(&whole[..at], 1);
        let mut changed = whole.clone().into_bytes();
        changed[at] ^= 0x15;
        let _ = pages(&String::from_utf8_lossy(&changed), 1);
    }
}

#[test]
fn a_letter_of_several_is_several_letters() {
    let answer = word("x_bboxes 10 2 40 4; x_conf 50", &[]).replace(">s<", ">ffi<");
    let letters: Vec<Letter> = pages(&answer, 1).into_iter().flatten().flatten().flatten().collect();
    let places: Vec<(char, u32, u32)> =
        letters.iter().map(|letter| (letter.choices[0].0, letter.area[0], letter.area[2])).collect();
    assert_eq!(places, [('f', 10, 20), ('f', 20, 30), ('i', 30, 40)]);
}
