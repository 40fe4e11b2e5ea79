using System.Net;
using Relay.Sockets;

namespace Relay.Connections;

public sealed class UnadmittedPlacesTests
{
    private const int Max = 1000;

    private readonly FakeTimeProvider time = new();
    private readonly UnadmittedPlaces places;
    private readonly ConnectionRegistry registry;

    public UnadmittedPlacesTests()
    {
        places = new UnadmittedPlaces(Max, time);
        registry = new ConnectionRegistry(Max, time);
    }

    [Fact]
    public void Strangers_keep_no_client_out_that_has_shown_a_token()
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
            Assert.True(places.TryAdd(place, address, out _));
            Assert.True(places.Admit(place));
        }

        Assert.Equal(0, places.Count);
    }

    [Fact]
    public void Strangers_keep_no_one_out_where_open_files_are_few()
    {
        var files = new DescriptorBudget(1024, 832, 896, () => 100, () => 132);
        var few = new ConnectionRegistry(20_000, time, files);
        for (var i = 0; i < 20_000; i++)
        {
            few.TryAddUnadmitted(new ConnectionPlace(), new IPAddress([10, 0, (byte)(i >> 8), (byte)i]));
        }

        Assert.Equal(files.MostConnections / 4, few.Count);
        for (var i = few.Count; i < files.MostConnections; i++)
        {
            Assert.Null(few.TryAdd(new ConnectionPlace()));
        }
    }

    [Fact]
    public void A_newcomer_takes_the_place_of_one_who_waits_where_most_are()
    {
        var attackers = new List<Closing>();
        for (var i = 0; attackers.Count < places.Max; i++)
        {
            var attacker = new Closing();
            var network = IPAddress.Parse($"2001:db8:{i % 4:x}::1");
            if (registry.TryAddUnadmitted(attacker, network) is null)
            {
                attackers.Add(attacker);
            }
        }

        // Their time to show a token is not over.
        Assert.Equal(CloseReason.NodeIsFull, Stranger(0));
        time.Advance(UnadmittedPlaces.Grace);
        var honest = Enumerable.Range(0, 20).Select(_ => new Closing()).ToList();
        for (var i = 0; i < honest.Count; i++)
        {
            Assert.Null(registry.TryAddUnadmitted(honest[i], IPAddress.Parse($"192.0.2.{i}")));
        }

        Assert.Equal(honest.Count, attackers.Count(attacker => attacker.Reason == CloseReason.NodeIsFull));
        Assert.All(honest, one => Assert.True(registry.TryAdmit(one)));

        // One that has lost its place and is not closed yet is not admitted, and takes no place of those that are.
        var evicted = attackers.First(attacker => attacker.Reason is not null);
        Assert.False(registry.TryAdmit(evicted));
        for (var i = honest.Count; i < Max; i++)
        {
            Assert.Null(registry.TryAdd(new ConnectionPlace()));
        }

        attackers.ForEach(registry.Remove);
        Assert.Equal(Max, registry.Count);
    }

    private CloseReason? Stranger(int number) =>
        registry.TryAddUnadmitted(new ConnectionPlace(), new IPAddress([10, 0, (byte)(number >> 8), (byte)number]));

    private sealed class Closing : IOpenConnection
    {
        public CloseReason? Reason { get; private set; }

        public void Close(CloseReason reason) => Reason = reason;

        public int Kick(KickOrder order) => 0;
    }
}
