namespace Relay.DocLocator;

public sealed class NodeIdentityTests
{
    [Theory]
    [InlineData("10.0.0.1:7000", "0f3a")]
    [InlineData("[2001:db8::1]:7000", "1")]
    public void An_element_reads_back(string address, string incarnation)
    {
        var identity = NodeIdentity.Create(address, incarnation);

        Assert.Equal($"{address}#{incarnation}", identity.ToString());
        Assert.True(NodeIdentity.TryParse(identity.ToString(), out var read));
        Assert.Equal(identity, read);
    }

    [Theory]
    [InlineData("")]
    [InlineData("#")]
    [InlineData("10.0.0.1:7000")]
    [InlineData("10.0.0.1:7000#")]
    [InlineData("#1")]
    [InlineData("10.0.0.1:7000#1#2")]
    [InlineData("10.0.0.1:7000 #1")]
    [InlineData("10.0.0.1:7000#1\n")]
    public void Anything_else_is_no_element(string element) => Assert.False(NodeIdentity.TryParse(element, out _));

    [Theory]
    [InlineData("", "1")]
    [InlineData("a", "")]
    [InlineData("a#b", "1")]
    [InlineData("a", "1#2")]
    [InlineData("a b", "1")]
    public void Parts_that_would_be_ambiguous_make_no_identity(string address, string incarnation) =>
        Assert.Throws<ArgumentException>(() => NodeIdentity.Create(address, incarnation));
}
