using System.Text;

namespace Relay.Yjs.Identity;

public sealed class DocumentNameTests
{
    [Theory]
    [InlineData("a")]
    [InlineData(" ")]
    [InlineData("room/with/slashes")]
    [InlineData("a b%20c")]
    [InlineData("\0")]
    [InlineData("комната 😀")]
    public void Any_well_formed_text_is_a_name(string text)
    {
        Assert.True(DocumentName.TryCreate(text, out var name, out var error));
        Assert.Null(error);
        Assert.Equal((text, text), (name.Value, name.ToString()));
        Assert.Equal(Encoding.UTF8.GetBytes(text), name.ToUtf8());
        Assert.Equal(DocumentName.Create(text), name);
    }

    [Fact]
    public void Text_that_is_empty_or_not_well_formed_is_none()
    {
        // Halves of surrogate pairs cannot stand in test data: the runner would lose them.
        foreach (var text in new[] { "", "\ud83d", "a\ude00b", "\ude00\ud83d" })
        {
            Assert.False(DocumentName.TryCreate(text, out _, out var error));
            Assert.NotEmpty(error);
            Assert.Throws<ArgumentException>(() => DocumentName.Create(text));
        }
    }

    [Theory]
    [InlineData("a", 1)]
    [InlineData("ü", 2)]
    [InlineData("漢", 3)]
    [InlineData("😀", 4)]
    public void The_limit_counts_bytes_of_UTF_8(string unit, int bytes)
    {
        var longest = string.Concat(Enumerable.Repeat(unit, DocumentName.MaxUtf8Bytes / bytes));
        Assert.True(DocumentName.TryCreate(longest, out _, out _));
        Assert.False(DocumentName.TryCreate(longest + unit, out _, out var error));
        Assert.Contains("1024", error, StringComparison.Ordinal);
        Assert.False(DocumentName.TryCreate(new string('a', 10_000_000), out _, out _));
    }

    [Fact]
    public void Names_are_compared_ordinally()
    {
        Assert.NotEqual(DocumentName.Create("é"), DocumentName.Create("e\u0301"));
        Assert.NotEqual(DocumentName.Create("a"), DocumentName.Create("A"));
    }

    [Fact]
    public void The_default_is_no_name()
    {
        Assert.Throws<InvalidOperationException>(() => default(DocumentName).Value);
        Assert.Equal("", default(DocumentName).ToString());
    }
}
