using System.Text;

namespace Relay.Logging;

public class LogTextTests
{
    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("Grüße, 日本 and \U0001F600", "Grüße, 日本 and \U0001F600")]
    [InlineData("a\u001b[2Jb", "a\\u001B[2Jb")]
    [InlineData("a\r\nfail: forged", "a\\u000D\\u000Afail: forged")]
    [InlineData("a\u0085\u007f", "a\\u0085\\u007F")]
    [InlineData("a\u2028b\u2029", "a\\u2028b\\u2029")]
    [InlineData("\u202egnp.exe\u2066\u200e\ufeff", "\\u202Egnp.exe\\u2066\\u200E\\uFEFF")]
    [InlineData("\udb40\udc41", "\\uDB40\\uDC41")]
    public void What_a_terminal_would_act_on_is_escaped(string raw, string clean) =>
        Assert.Equal(clean, LogText.Clean(raw, LogText.MaxValueLength));

    [Fact]
    public void Half_a_surrogate_pair_is_escaped() =>
        Assert.Equal("\\uD83Da", LogText.Clean('\ud83d' + "a", LogText.MaxValueLength));

    [Fact]
    public void Every_result_is_one_line_of_text_that_encodes()
    {
        var all = string.Concat(Enumerable.Range(0, 0x10000).Select(code => (char)code));
        var clean = LogText.Clean(all, all.Length);
        Assert.DoesNotContain(clean, character => char.IsControl(character) || character is '\u2028' or '\u202e');
        Assert.Equal(clean, Encoding.UTF8.GetString(new UTF8Encoding(false, true).GetBytes(clean)));
    }

    [Fact]
    public void Long_text_is_cut_and_says_how_long_it_was()
    {
        var clean = LogText.Clean(new string('n', 5_000_000), LogText.MaxValueLength);
        Assert.Equal(new string('n', LogText.MaxValueLength) + "... (5000000 characters)", clean);
    }

    [Fact]
    public void Fit_text_is_not_copied()
    {
        var text = new string('n', LogText.MaxValueLength);
        Assert.Same(text, LogText.Clean(text, LogText.MaxValueLength));
    }

    [Fact]
    public void An_exceptions_lines_stay_lines() =>
        Assert.Equal("a\r\n\tb\\u001B", LogText.Clean("a\r\n\tb\u001b", 100, keepsLines: true));
}
