using System.Text;

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
    public void What_JavaScript_parses_is_valid(string json) => Assert.True(Json.IsValid(Encoding.UTF8.GetBytes(json), 256));

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
    public void What_JavaScript_refuses_is_not(string json) => Assert.False(Json.IsValid(Encoding.UTF8.GetBytes(json), 256));

    [Fact]
    public void Text_must_be_UTF_8()
    {
        Assert.False(Json.IsValid([(byte)'"', 0xC3, 0x28, (byte)'"'], 256));
        Assert.False(Json.IsValid([(byte)'"', 0xED, 0xA0, 0x80, (byte)'"'], 256));
    }
}
