using System.Text;

namespace Relay.Protocols.Hocuspocus;

/// <summary>The text of an address that comes with each message.</summary>
public sealed class LastAddressTests
{
    [Fact]
    public void The_same_address_is_the_same_text_and_another_one_is_its_own()
    {
        var last = new LastAddress();
        Assert.Equal("", last.TextOf([]));
        var first = last.TextOf(Encoding.UTF8.GetBytes("é"));
        Assert.Equal("é", first);
        Assert.Same(first, last.TextOf(Encoding.UTF8.GetBytes("é")));
        Assert.Equal("other", last.TextOf(Encoding.UTF8.GetBytes("other")));
        Assert.Equal("é", last.TextOf(Encoding.UTF8.GetBytes("é")));
    }
}
