using Relay.Yjs;

namespace Relay.Peers;

public sealed class PeerPathTests
{
    [Theory]
    [InlineData("doc", "/internal/documents/doc/state")]
    [InlineData("a/b", "/internal/documents/a%2Fb/state")]
    [InlineData("..", "/internal/documents/%2E%2E/state")]
    [InlineData("50%25 ?#", "/internal/documents/50%2525%20%3F%23/state")]
    [InlineData("ä{}", "/internal/documents/%C3%A4%7B%7D/state")]
    public void A_name_is_one_segment_and_comes_back(string name, string path)
    {
        Assert.Equal(path, PeerPath.For(DocumentName.Create(name)));
        Assert.True(PeerPath.TryGetName(path, out var read, out _));
        Assert.Equal(name, read.Value);
        var presence = PeerPath.ForPresence(DocumentName.Create(name));
        Assert.Equal(path.Replace("/state", "/presence", StringComparison.Ordinal), presence);
        Assert.True(PeerPath.TryGetPresenceName(presence, out read));
        Assert.Equal(name, read.Value);
        Assert.False(PeerPath.TryGetPresenceName(path, out _) || PeerPath.TryGetName(presence, out _, out _));
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/internal/documents/state")]
    [InlineData("/internal/documents//state")]
    [InlineData("/internal/documents/a/b/state")]
    [InlineData("/internal/documents/a%2fb/state")]
    [InlineData("/internal/documents/%61/state")]
    [InlineData("/internal/documents/a?/state")]
    [InlineData("/internal/documents/a/state?x")]
    [InlineData("/Internal/documents/a/state")]
    [InlineData("/internal/documents/%FF/state")]
    [InlineData("/internal/documents/../state")]
    public void Another_spelling_is_no_address(string path) => Assert.False(PeerPath.TryGetName(path, out _, out _));
}
