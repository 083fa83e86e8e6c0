//! English and programming words, and lines of program text made of them.
//!
//! **Invariant:** no word here is one of Baseten's, so that a bare text stays bare.

use std::fmt::Write as _;
use std::ops::RangeInclusive;

use super::Rng;
use super::rng::DIGITS;

const WORDS: &str = "
    a id on to by is of in at up io db ui fs os ip vm js py all add any app arg bad bar base batch bind bit blob
    block body bool boot both box buffer build bulk byte cache call case cell chain change channel char check child
    class clean clear click client clone close cluster code color column command commit common compare component
    compute config connect constant container content context control convert copy core count create current cursor
    data date decode default define delete delta depth describe design detail device dialog diff digest directory
    disable dispatch display document domain draw driver dump dynamic edge edit element emit empty enable encode
    endpoint engine entity entry enum error event exact exception execute exist expand expect export expression
    extend external extract factory failure feature fetch field file filter final find first fixed flag float flow
    flush focus folder force form format forward frame free full function future gateway generate generic get global
    graph grid group handle hash head header height hidden history hook host icon image import index info inner input
    insert instance int interface internal invalid invoke item iterator job join json kernel keep kind label language
    large last layer layout lazy leaf left length level library limit line link list listener load local lock log
    long lookup loop main make manager map mark mask match max member memory menu merge message meta method metric min
    mode model module monitor mouse move multi name native nested network next node normal notify null number object
    observer offset old open operation option order origin output overlay own package page pair panel param parent
    parse part patch path pattern pending permission pixel plain plan plugin point policy pool port position post
    prefix prepare previous print priority private process profile project promise property protocol provider proxy
    public pull push query queue quick random range rate raw read ready real receive record reduce reference region
    register relation release remote remove render repeat replace report request require reset resize resolve
    resource response restore result retry return reverse right root rotate round route row rule run safe sample save
    scale scan schedule schema scope screen script scroll search section segment select send sequence serial server
    service session set setting setup shape share shell shift show sign simple single size skip slice slot small
    socket sort source span special split stack stage standard start state static status step stop storage store
    stream string strip struct style submit subscribe suffix summary support switch symbol sync system table tag
    target task template temp test text theme thread throttle time timer title toggle tool top total trace track
    transaction transform translate tree trigger trim tuple type undo union unique unit update upload url usage use
    user valid value variable vector verify version view virtual visible visit wait walk watch web weight widget
    width window with word work worker wrap write xml yield zone acquire aggregate algorithm allocation annotation
    application architecture argument attribute authentication authorization availability background boundary
    calculation capability certificate classification collection compilation completion composition compression
    configuration connection consistency constraint conversion coordinate credential declaration decorator definition
    delegate dependency deployment description destination development diagnostic dimension discovery distribution
    documentation environment evaluation execution extension framework generation hierarchy identifier implementation
    infrastructure initialization inspection installation instruction integration interaction interpolation
    invocation iteration localization management measurement middleware migration navigation negotiation notification
    observation optimization orchestration organization parameter participant partition performance persistence
    placeholder preference presentation processor projection propagation publication qualifier quantization
    recognition reconciliation registration registry relationship replication repository representation reservation
    resolution restriction scheduler selection separator serialization signature simulation specification statement
    statistics strategy subscription substitution synchronization termination threshold transition transport
    validation verification visibility visualization workspace";

/// One word in lower case.
pub(crate) fn word(rng: &mut Rng) -> &'static str {
    static ALL: std::sync::LazyLock<Vec<&str>> =
        std::sync::LazyLock::new(|| WORDS.split_ascii_whitespace().collect());
    rng.pick(&ALL)
}

/// The word with a capital.
pub(crate) fn capital(word: &str) -> String {
    word[..1].to_ascii_uppercase() + &word[1..]
}

/// How the words of an identifier are joined.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Case {
    /// `someThing`
    Camel,
    /// `SomeThing`
    Pascal,
    /// `something`
    Lower,
    /// `SOMETHING`
    Upper,
}

/// An identifier of letters and digits, `length` characters exactly; some have
/// a number within (`v1`, `Utf8`, `Base64`) or at the end.
pub(crate) fn identifier(rng: &mut Rng, length: usize, case: Case) -> String {
    loop {
        let mut name = String::with_capacity(length + 16);
        while name.len() < length {
            let next = word(rng);
            match case {
                Case::Camel if name.is_empty() => name.push_str(next),
                Case::Camel | Case::Pascal => name.push_str(&capital(next)),
                Case::Lower => name.push_str(next),
                Case::Upper => name.push_str(&next.to_ascii_uppercase()),
            }
            if rng.one_in(12) {
                let digits = rng.within(1..=3);
                name.push_str(&rng.string(DIGITS, digits));
            }
        }
        if name.len() == length {
            return name;
        }
    }
}

/// So many lines of neutral program text.
pub(crate) fn lines_of_code(rng: &mut Rng, count: RangeInclusive<usize>) -> String {
    let mut out = String::new();
    for _ in 0..rng.within(count) {
        let (left, right, last) = (word(rng), word(rng), word(rng));
        let number = rng.below(100_000);
        match rng.below(4) {
            0 => writeln!(out, "{left}_{right} = {last}({number})"),
            1 => writeln!(out, "# {left} the {right} of {last}"),
            2 => writeln!(out, "{left}.{right}({last}, \"{right} {left}\")"),
            _ => writeln!(out, "    {left}[{number}] = {right}.{last}"),
        }
        .expect("writing to a string cannot fail");
    }
    out
}

/// So many neutral lines of a log.
pub(crate) fn lines_of_log(rng: &mut Rng, count: RangeInclusive<usize>) -> String {
    let mut out = String::new();
    for _ in 0..rng.within(count) {
        let (level, subject, verb) = (rng.pick(&["INFO", "WARN", "DEBUG"]), word(rng), word(rng));
        let (minute, number) = (rng.within(10..=59), rng.below(100_000));
        writeln!(out, "2026-03-0{}T07:{minute}:11.482Z {level} {subject}: {verb} {number}", 1 + minute % 9)
            .expect("writing to a string cannot fail");
    }
    out
}
