using System.Net;
using Relay.Doubles;

namespace Relay.Connections;

public sealed class UnadmittedPlacesTests
{
    private const int Max = 1000;

    private readonly UnadmittedPlaces places = new(Max);
    private readonly ConnectionRegistry registry = new(Max, new ManualTime());

    [Fact]
    public void Strangers_keep_nobody_out_who_has_shown_a_token()
    {
        var strangers = Enumerable.Range(0, Max).Count(i => Stranger(i) is null);
        Assert.Equal(places.Max, strangers);
        for (var i = 0; i < Max; i++)
        {
            Assert.Null(registry.TryAdd(new ConnectionPlace()));
        }

        Assert.Equal(CloseReason.NodeIsFull, registry.TryAdd(new ConnectionPlace()));
        Assert.Equal(Max + places.Max, registry.Count);
    }

    [Fact]
    public void One_address_gets_a_share_and_another_one_still_comes_in()
    {
        var address = IPAddress.Parse("10.1.2.3");
        var taken = Enumerable.Range(0, Max)
            .Count(_ => registry.TryAddUnadmitted(new ConnectionPlace(), address) is null);
        Assert.Equal(places.MaxPerAddress, taken);
        Assert.Null(Stranger(0));
    }

    [Fact]
    public void Who_is_admitted_makes_room_for_the_next_stranger_and_counts_with_the_others()
    {
        var address = IPAddress.Parse("10.1.2.3");
        for (var i = 0; i < Max; i++)
        {
            var place = new ConnectionPlace();
            Assert.Null(registry.TryAddUnadmitted(place, address));
            Assert.True(registry.TryAdmit(place));
        }

        Assert.Equal(CloseReason.NodeIsFull, registry.TryAdd(new ConnectionPlace()));
    }

    [Fact]
    public void A_stranger_that_becomes_one_too_many_is_not_admitted()
    {
        var stranger = new ConnectionPlace();
        Assert.Null(registry.TryAddUnadmitted(stranger, null));
        for (var i = 0; i < Max; i++)
        {
            Assert.Null(registry.TryAdd(new ConnectionPlace()));
        }

        Assert.False(registry.TryAdmit(stranger));
        registry.Remove(stranger);
        Assert.Equal(Max, registry.Count);
    }

    [Fact]
    public void Places_that_are_left_are_free_again_for_their_address()
    {
        var address = IPAddress.Parse("2001:db8::1");
        for (var i = 0; i < 10 * places.MaxPerAddress; i++)
        {
            var place = new ConnectionPlace();
            Assert.True(places.TryAdd(place, address));
            Assert.True(places.Remove(place));
        }

        Assert.Equal(0, places.Count);
    }

    private CloseReason? Stranger(int number) =>
        registry.TryAddUnadmitted(new ConnectionPlace(), new IPAddress([10, 0, (byte)(number >> 8), (byte)number]));
}
