using System.Net;
using Relay.Access;
using Relay.Connections.Sockets;
using Relay.Doubles;

namespace Relay.Connections;

/// <summary>Proofs of a second reader.</summary>
public sealed class Reader2LimitTests
{
    private static readonly IPAddress Address = IPAddress.Parse("10.1.2.3");

    [Fact]
    public void Strangers_keep_nobody_out_where_open_files_are_few_either()
    {
        var files = new DescriptorBudget(1024, 832, 896, () => 100, () => 132);
        var registry = new ConnectionRegistry(20_000, new ManualTime(), files);
        for (var i = 0; i < 1000; i++)
        {
            registry.TryAddUnadmitted(new ConnectionPlace(), Address);
        }

        Assert.Null(registry.TryAdd(new ConnectionPlace()));
    }

    [Fact]
    public void A_client_that_repeats_an_old_token_keeps_nobody_of_its_address_out()
    {
        var forged = new ForgedTokens(new ManualTime());
        for (var i = 0; i < 60; i++)
        {
            Assert.True(forged.MayCheck(Address, "signed with the secret of yesterday"));
            forged.Checked(Address, "signed with the secret of yesterday", new TokenVerdict(null, "no", IsForged: true));
        }

        Assert.True(forged.MayCheck(Address, "a good one that this node has not seen"));
    }
}
