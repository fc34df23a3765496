import Drawing
import Testing

/// Colours that everyone can tell, and text that everyone can read (WCAG 2.2).
@Suite struct PaletteTests {
    @Test("Contrast is what WCAG's examples say: black on white 21, #767676 on white 4.54, the same on the same 1")
    func contrast() {
        #expect(abs(Colour(0x000000).contrast(with: Colour(0xFFFFFF)) - 21) < 0.001)
        #expect(abs(Colour(0xFFFFFF).contrast(with: Colour(0x767676)) - 4.54) < 0.005)
        #expect(Colour(0x123456).contrast(with: Colour(0x123456)) == 1)
    }

    @Test("Colours of kinds stand 4.5 to 1 against the paper, so that they may be lines and words as well")
    func series() {
        for colour in Palette.series { #expect(colour.contrast(with: Palette.paper) >= 4.5, "\(colour.text)") }
        #expect(Set(Palette.series).count == 8)
    }

    @Test("Every kind of text stands 4.5 to 1 against all that is behind it")
    func text() {
        for ink in [Palette.ink, Palette.faintInk] {
            for ground in [Palette.paper, Palette.panel] + Palette.Tone.allCases.map(\.tint) {
                #expect(ink.contrast(with: ground) >= 4.5, "\(ink.text) on \(ground.text)")
            }
        }
        for tone in Palette.Tone.allCases {
            for ground in [Palette.paper, tone.tint] {
                #expect(tone.ink.contrast(with: ground) >= 4.5, "\(tone) on \(ground.text)")
            }
        }
    }

    @Test("Edges stand 3 to 1 against the paper, and the marks of a pattern against its tint")
    func shapes() {
        #expect(Palette.edge.contrast(with: Palette.paper) >= 3)
        for colour in Palette.series {
            #expect(colour.contrast(with: colour.mixed(with: Palette.paper, share: 0.78)) >= 3, "\(colour.text)")
        }
    }

    @Test("The first 64 things have a paint each, and neighbours differ in pattern and colour")
    func paints() {
        let paints = (0..<64).map { Palette.paint($0) }
        #expect(Set(paints).count == 64)
        for (one, other) in zip(paints, paints.dropFirst()) {
            guard case .hatch(let one) = one, case .hatch(let other) = other else {
                Issue.record("a paint without a pattern")
                continue
            }
            #expect(one.kind != other.kind && one.colour != other.colour)
        }
    }

    @Test(
        "Shades get darker step by step, and a share finds its own",
        arguments: [
            (-1.0, 0), (0, 0), (0.01, 0), (0.15, 1), (0.5, 3), (0.99, 6), (1, 6), (7, 6), (.nan, 0),
        ])
    func steps(_ share: Double, _ step: Int) {
        #expect(Palette.step(share) == step)
        for (one, next) in zip(Palette.steps, Palette.steps.dropFirst()) { #expect(one.luminance > next.luminance) }
    }

    @Test("A colour is written as six digits, and mixes")
    func colour() {
        #expect(Colour(0x0B5FA5).text == "#0b5fa5")
        #expect(Colour(0x000000).mixed(with: Colour(0xFFFFFF), share: 0.5).text == "#808080")
    }
}
