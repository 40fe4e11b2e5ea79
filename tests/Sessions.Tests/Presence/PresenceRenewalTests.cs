using Relay.Doubles;
using Relay.Yjs;

namespace Relay.Sessions;

/// <summary>When owners are asked to say their presence again.</summary>
public sealed class PresenceRenewalTests
{
    private static readonly DateTimeOffset Start = new(2026, 11, 20, 12, 0, 0, TimeSpan.Zero);

    private readonly AwarenessRegistry registry = new(
        SessionDefaults.Value.Awareness, TimeSpan.FromSeconds(3), NodeMemory.Unlimited.Open());

    private readonly PresenceRenewal renewal = new();

    [Fact]
    public void Without_a_request_no_owner_is_asked()
    {
        Say(1);
        Assert.Null(renewal.Due(Start));
        Assert.Null(renewal.TryRenew(registry, Start));
        Assert.False(renewal.WasAskedLately(Start));
    }

    [Fact]
    public void A_request_is_served_at_once_and_the_next_one_after_a_pause()
    {
        Say(1);
        renewal.Ask(Start);
        Assert.Equal(TimeSpan.Zero, renewal.Due(Start));
        Assert.Single(renewal.TryRenew(registry, Start)!.Nudges);
        Assert.Null(renewal.Due(Start));
        renewal.Ask(Start);
        Assert.Equal(TimeSpan.FromSeconds(1), renewal.Due(Start));
        Assert.Null(renewal.TryRenew(registry, Start));
        Assert.NotNull(renewal.TryRenew(registry, Start + TimeSpan.FromSeconds(1)));
        Assert.True(renewal.WasAskedLately(Start + TimeSpan.FromSeconds(59)));
        Assert.False(renewal.WasAskedLately(Start + TimeSpan.FromSeconds(61)));
    }

    [Fact]
    public void Of_many_clients_some_are_asked_at_a_time()
    {
        Say(PresenceRenewal.MostAtOnce + 20);
        renewal.Ask(Start);
        Assert.Equal(PresenceRenewal.MostAtOnce, renewal.TryRenew(registry, Start)!.Nudges.Count);
        var pause = renewal.Due(Start)!.Value;
        Assert.Equal(TimeSpan.FromSeconds(5), pause);
        Assert.Equal(20, renewal.TryRenew(registry, Start + pause)!.Nudges.Count);
        Assert.Null(renewal.Due(Start + pause));
    }

    private void Say(int clients)
    {
        for (var i = 0; i < clients; i++)
        {
            var entry = new AwarenessEntry((ulong)i + 1, 1, "{}"u8.ToArray());
            registry.Own.Apply(new StubConnection().Attach(), [entry], Start - TimeSpan.FromSeconds(1));
        }
    }
}
