namespace Relay.Protocols;

public sealed class EncodedPathTests
{
    [Theory]
    [InlineData("/yjs/room", "room")]
    [InlineData("/yjs/a%20b?token=t1", "a b")]
    [InlineData("/yjs/a/b/c", "a/b/c")]
    [InlineData("/yjs/a%2Fb", "a/b")]
    [InlineData("/yjs/a%252Fb", "a%2Fb")]
    [InlineData("/yjs/%C3%A4%F0%9F%98%80", "ä😀")]
    [InlineData("/yjs/a+b", "a+b")]
    [InlineData("/yjs/50%", "50%")]
    [InlineData("/yjs/100%2", "100%2")]
    [InlineData("/yjs/%zz%41", "%zzA")]
    [InlineData("/yjs//", "/")]
    [InlineData("/yjs/../x", "../x")]
    [InlineData("/yjs/x-presence", "x-presence")]
    public void Names_are_decoded_exactly_once(string target, string expected)
    {
        Assert.True(EncodedPath.TryGetName(target, "/yjs/", following: null, out var name, out var error), error);
        Assert.Equal(expected, name.Value);
    }

    [Theory]
    [InlineData("/yjs/")]
    [InlineData("/yjs/?token=x")]
    [InlineData("/yjs/%ff")]
    [InlineData("/yjs/%C3")]
    [InlineData("/yjs/%ED%A0%80")]
    [InlineData("/yjs/ä")]
    [InlineData("/other/x")]
    public void What_is_no_name_is_refused_with_a_sentence(string target)
    {
        Assert.False(EncodedPath.TryGetName(target, "/yjs/", following: null, out _, out var error));
        Assert.EndsWith(".", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/api/documents/a%2Fb", 0, true)]
    [InlineData("/api/documents/a%2Fb/updates?x=/", 1, true)]
    [InlineData("/api/documents/a%2Fb/snapshots/7", 2, true)]
    [InlineData("/api/documents/a%2Fb/snapshots", 0, false)]
    [InlineData("/api/documents/x/../a%2Fb", 0, false)]
    [InlineData("/api/documents/a%2Fb", 1, false)]
    public void A_name_before_other_parts_of_the_path_has_only_encoded_slashes(string target, int following, bool isOne)
    {
        Assert.Equal(isOne, EncodedPath.TryGetName(target, "/api/documents/", following, out var name, out _));
        Assert.Equal(isOne ? "a/b" : null, isOne ? name.Value : null);
    }

    [Fact]
    public void A_name_that_is_too_long_is_refused()
    {
        Assert.True(EncodedPath.TryGetName("/yjs/" + new string('x', 1024), "/yjs/", following: null, out _, out _));
        Assert.False(EncodedPath.TryGetName("/yjs/" + new string('x', 1025), "/yjs/", following: null, out _, out _));
    }
}
