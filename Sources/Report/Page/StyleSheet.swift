import Drawing

/// How the page looks: on a screen, on a phone, on paper. Fonts are the reader's own; nothing is fetched.
enum StyleSheet {
    static let text: String = """
        :root{color-scheme:light}
        *{box-sizing:border-box}
        body{margin:0 auto;max-width:60rem;padding:1rem;background:\(Palette.paper.text);color:\(Palette.ink.text);\
        font:16px/1.5 system-ui,sans-serif}
        h1,h2,h3{line-height:1.25;overflow-wrap:anywhere}
        h2{margin-top:2.5rem;padding-top:.5rem;border-top:2px solid \(Palette.edge.text)}
        p,dd,li,figcaption,summary{overflow-wrap:anywhere}
        .faint,figcaption{color:\(Palette.faintInk.text)}
        figure{margin:1rem 0}
        svg{display:block;max-width:100%;height:auto;min-width:36rem}
        .wide{overflow-x:auto}
        table{border-collapse:collapse;font-size:.875rem}
        caption{text-align:left;font-weight:600;padding:.25rem 0}
        th,td{padding:.15rem .6rem;border-bottom:1px solid \(Palette.grid.text);text-align:left;vertical-align:top}
        tbody th{font-weight:400}
        .n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
        details{margin:.5rem 0}
        summary{cursor:pointer}
        .card{margin:1rem 0;padding:.25rem 1rem;border:1px solid \(Palette.edge.text);border-left:.5rem solid \
        \(Palette.edge.text)}
        \(Palette.Tone.allCases.map { ".card.\($0.rawValue){border-left-color:\($0.ink.text)}" }.joined(separator: "\n"))
        \(Palette.Tone.allCases.map { tone in
            ".word.\(tone.rawValue){color:\(tone.ink.text);background:\(tone.tint.text);padding:0 .4rem}"
        }.joined(separator: "\n"))
        dl{display:grid;grid-template-columns:5rem 1fr;gap:.1rem .75rem;margin:.5rem 0}
        dt{grid-column:1;font-weight:600}
        dd{grid-column:2;margin:0}
        pre{margin:.25rem 0;padding:.4rem .6rem;background:\(Palette.panel.text);white-space:pre-wrap;\
        overflow-wrap:anywhere;font:.875rem/1.4 ui-monospace,monospace}
        @media (max-width:40rem){dl{display:block}dt{margin-top:.4rem}body{padding:.6rem}}
        @media print{@page{size:A4;margin:14mm}body{max-width:none;padding:0;font-size:10pt}\
        .wide{overflow:visible}svg{min-width:0}h2,h3,caption{break-after:avoid}.card,figure,tr{break-inside:avoid}\
        .word,pre,svg{print-color-adjust:exact}}

        """
}
