using System.Net;

namespace Relay.Access;

public sealed class AddressRateTests
{
    private readonly FakeTimeProvider time = new();

    [Fact]
    public void A_minutes_worth_of_connections_pass_at_once_and_then_the_rate_holds()
    {
        var rate = new AddressRate(60, time);
        Assert.Equal(60, Taken(rate, "10.0.0.1", 100));
        time.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(10, Taken(rate, "10.0.0.1", 100));
        time.Advance(TimeSpan.FromHours(1));
        Assert.Equal(60, Taken(rate, "10.0.0.1", 100));
    }

    [Fact]
    public void A_client_that_goes_on_while_refused_is_not_refused_for_longer()
    {
        var rate = new AddressRate(60, time);
        Assert.Equal(60, Taken(rate, "10.0.0.1", 1000));
        for (var i = 0; i < 300; i++)
        {
            time.Advance(TimeSpan.FromSeconds(1));
            Assert.Equal(1, Taken(rate, "10.0.0.1", 5));
        }
    }

    [Fact]
    public void Each_address_has_a_rate_of_its_own_and_an_ipv6_network_is_one_address()
    {
        var rate = new AddressRate(10, time);
        Assert.Equal(10, Taken(rate, "10.0.0.1", 20));
        Assert.Equal(0, Taken(rate, "::ffff:10.0.0.1", 1));
        Assert.Equal(10, Taken(rate, "10.0.0.2", 20));
        Assert.Equal(10, Taken(rate, "2001:db8:0:1::1", 20));
        Assert.Equal(0, Taken(rate, "2001:db8:0:1:ffff::2", 1));
        Assert.Equal(10, Taken(rate, "2001:db8:0:2::1", 20));
        Assert.Equal(10, Taken(rate, "::a00:1", 20));
    }

    [Fact]
    public void Many_addresses_make_the_limit_less_strict_and_not_the_memory_larger()
    {
        var rate = new AddressRate(1, time, maxAddresses: 100);
        Assert.True(rate.TryTake(IPAddress.Parse("10.0.0.1")));
        Assert.False(rate.TryTake(IPAddress.Parse("10.0.0.1")));
        for (var i = 0; i < 1000; i++)
        {
            Assert.True(rate.TryTake(new IPAddress(i)));
        }

        Assert.True(rate.TryTake(IPAddress.Parse("10.0.0.1")));
    }

    [Fact]
    public void Zero_is_no_limit() => Assert.Equal(1000, Taken(new AddressRate(0, time), "10.0.0.1", 1000));

    private static int Taken(AddressRate rate, string address, int tries) =>
        Enumerable.Range(0, tries).Count(_ => rate.TryTake(IPAddress.Parse(address)));
}
