//! Palettes that people look at all day, and what the parts of a text have for a colour in them.

use image::Rgb;

/// What a piece of text is, which decides its colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    Plain,
    Comment,
    Keyword,
    Literal,
    Number,
    Function,
}

/// A palette.
#[derive(Debug)]
pub(crate) struct Theme {
    /// Its name in reports.
    pub(crate) name: &'static str,
    back: u32,
    plain: u32,
    comment: u32,
    keyword: u32,
    literal: u32,
    number: u32,
    function: u32,
    /// Behind the line of the cursor.
    line: u32,
    /// Behind what is selected.
    selection: u32,
    /// Bars, tabs, boxes.
    chrome: u32,
}

impl Theme {
    pub(crate) fn ink(&self, role: Role) -> Rgb<u8> {
        rgb(match role {
            Role::Plain => self.plain,
            Role::Comment => self.comment,
            Role::Keyword => self.keyword,
            Role::Literal => self.literal,
            Role::Number => self.number,
            Role::Function => self.function,
        })
    }

    pub(crate) fn back(&self) -> Rgb<u8> {
        rgb(self.back)
    }

    pub(crate) fn line(&self) -> Rgb<u8> {
        rgb(self.line)
    }

    pub(crate) fn selection(&self) -> Rgb<u8> {
        rgb(self.selection)
    }

    pub(crate) fn chrome(&self) -> Rgb<u8> {
        rgb(self.chrome)
    }
}

fn rgb(colour: u32) -> Rgb<u8> {
    let [_, red, green, blue] = colour.to_be_bytes();
    Rgb([red, green, blue])
}

#[rustfmt::skip]
const fn theme(name: &'static str, [back, plain, comment, keyword, literal, number, function, line, selection, chrome]: [u32; 10]) -> Theme {
    Theme { name, back, plain, comment, keyword, literal, number, function, line, selection, chrome }
}

/// Back, plain, comment, keyword, literal, number, function, line, selection, chrome.
#[rustfmt::skip]
#[expect(clippy::unreadable_literal, reason = "colours are written with six digits")]
pub(crate) const THEMES: [Theme; 14] = [
    theme("Solarized Dark", [0x002b36, 0x839496, 0x586e75, 0x859900, 0x2aa198, 0xd33682, 0x268bd2, 0x073642, 0x274642, 0x00212b]),
    theme("Solarized Light", [0xfdf6e3, 0x657b83, 0x93a1a1, 0x859900, 0x2aa198, 0xd33682, 0x268bd2, 0xeee8d5, 0xd5dfd7, 0xddd6c1]),
    theme("Dracula", [0x282a36, 0xf8f8f2, 0x6272a4, 0xff79c6, 0xf1fa8c, 0xbd93f9, 0x50fa7b, 0x343746, 0x44475a, 0x21222c]),
    theme("Dark+", [0x1e1e1e, 0xd4d4d4, 0x6a9955, 0x569cd6, 0xce9178, 0xb5cea8, 0xdcdcaa, 0x282828, 0x264f78, 0x252526]),
    theme("One Light", [0xfafafa, 0x383a42, 0xa0a1a7, 0xa626a4, 0x50a14f, 0x986801, 0x4078f2, 0xf2f2f3, 0xe5e5e6, 0xeaeaeb]),
    theme("One Dark", [0x282c34, 0xabb2bf, 0x5c6370, 0xc678dd, 0x98c379, 0xd19a66, 0x61afef, 0x2c313c, 0x3e4451, 0x21252b]),
    theme("GitHub Light", [0xffffff, 0x24292e, 0x6a737d, 0xd73a49, 0x032f62, 0x005cc5, 0x6f42c1, 0xf6f8fa, 0xc8e1ff, 0xf6f8fa]),
    theme("GitHub Dark", [0x0d1117, 0xc9d1d9, 0x8b949e, 0xff7b72, 0xa5d6ff, 0x79c0ff, 0xd2a8ff, 0x161b22, 0x1f3a5f, 0x161b22]),
    theme("Monokai", [0x272822, 0xf8f8f2, 0x75715e, 0xf92672, 0xe6db74, 0xae81ff, 0xa6e22e, 0x3e3d32, 0x49483e, 0x1e1f1c]),
    theme("Nord", [0x2e3440, 0xd8dee9, 0x616e88, 0x81a1c1, 0xa3be8c, 0xb48ead, 0x88c0d0, 0x3b4252, 0x434c5e, 0x2a2f3a]),
    theme("Gruvbox", [0x282828, 0xebdbb2, 0x928374, 0xfb4934, 0xb8bb26, 0xd3869b, 0x8ec07c, 0x3c3836, 0x504945, 0x1d2021]),
    theme("Ubuntu", [0x300a24, 0xeeeeec, 0x888a85, 0x8ae234, 0xeeeeec, 0xad7fa8, 0x729fcf, 0x3e1a32, 0x5e3a52, 0x2c2c2c]),
    theme("Terminal", [0x000000, 0xe5e5e5, 0x7f7f7f, 0x00cd00, 0xe5e5e5, 0xcd00cd, 0x5c5cff, 0x111111, 0x3a3a6a, 0x2d2d2d]),
    theme("Basic", [0xffffff, 0x000000, 0x757575, 0x0000c0, 0x067d17, 0x1750eb, 0x00627a, 0xf5f8ff, 0xb3d7ff, 0xececec]),
];
