using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using Relay.Yjs.Judge;

namespace Relay.Yjs.Lib0;

public sealed class JsonTests
{
    [Theory]
    [InlineData("null")]
    [InlineData(" \t\r\n{} ")]
    [InlineData("\"\\ud83d\"")]
    [InlineData("\"\u2028\u007f\"")]
    [InlineData("{\"a\":1,\"a\":2}")]
    [InlineData("[1e400,-0,0.10]")]
    [InlineData("{\"\":{\"\":[]}}")]
    public void What_JavaScript_parses_is_valid(string json) =>
        Assert.True(Json.IsValid(Encoding.UTF8.GetBytes(json), 256));

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("undefined")]
    [InlineData("NaN")]
    [InlineData("01")]
    [InlineData("1 2")]
    [InlineData("[1,]")]
    [InlineData("{\"a\":1,}")]
    [InlineData("//c\n1")]
    [InlineData("'a'")]
    [InlineData("\"a\nb\"")]
    [InlineData("\"\\ud83\"")]
    [InlineData("\uFEFF1")]
    [InlineData("[")]
    public void What_JavaScript_refuses_is_not(string json) =>
        Assert.False(Json.IsValid(Encoding.UTF8.GetBytes(json), 256));

    [Fact]
    public void Text_must_be_UTF_8()
    {
        Assert.False(Json.IsValid([(byte)'"', 0xC3, 0x28, (byte)'"'], 256));
        Assert.False(Json.IsValid([(byte)'"', 0xED, 0xA0, 0x80, (byte)'"'], 256));
    }

    [Fact]
    public void It_is_of_one_mind_with_the_reader_of_the_runtime()
    {
        var seed = TestSettings.Seed ?? Random.Shared.Next();
        var random = new Random(seed);
        string[] pieces =
        [
            "{", "}", "[", "]", ",", ":", " ", "\n", "\"", "\"a\"", "\\", "\\u00", "\\u0041", "\\n", "\\x", "\t",
            "\u0001", "é", "\uFEFF", "true", "false", "null", "nul", "0", "-", "1", "12", ".", ".5", "e", "E+",
                "e-3", "\"a\":", "[[",
            "]]", "{}", "[]",
        ];
        for (var i = 0; i < 200_000; i++)
        {
            var text = new StringBuilder();
            for (var left = random.Next(1, 12); left > 0; left--)
            {
                text.Append(pieces[random.Next(pieces.Length)]);
            }

            var bytes = Encoding.UTF8.GetBytes(random.Next(2) == 0 ? text.ToString() : Balanced(text));
            if (random.Next(8) == 0)
            {
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            }

            var expected = IsValidForTheRuntime(bytes, 4);
            Assert.True(
                expected == Json.IsValid(bytes, 4),
                $"RELAY_TEST_SEED={seed}: {expected}: {Encoding.UTF8.GetString(bytes)}");
        }
    }

    [Fact]
    public void What_does_not_read_is_refused_without_an_exception()
    {
        // One allocates hundreds of bytes, and takes longer than the reading of thousands.
        var bytes = Encoding.UTF8.GetBytes("[1,2");
        Assert.False(Json.IsValid(bytes, 256));
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.False(Json.IsValid(bytes, 256));
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    /// <summary>Values between commas, in an array or an object, so that more of them read.</summary>
    private static string Balanced(StringBuilder text) =>
        text.Length % 2 == 0 ? $"[{text},\"x\"]" : $"{{\"a\":{text}}}";

    private static bool IsValidForTheRuntime(byte[] bytes, int maxDepth)
    {
        var reader = new Utf8JsonReader(bytes, new JsonReaderOptions { MaxDepth = maxDepth });
        try
        {
            while (reader.Read())
            {
            }

            return Utf8.IsValid(bytes);
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
