using Relay.Doubles;
using static Relay.Doubles.Messages;

namespace Relay.Sessions;

/// <summary>
/// A session is woken for clients that have not said what they have, and for no others: a node may have taken thousands
/// at once.
/// </summary>
public sealed class ConnectionOpeningTests
{
    private static readonly byte[] Nothing = [0, 0];

    [Fact]
    public void Nothing_is_due_once_every_client_has_said_what_it_has_or_left()
    {
        using var world = new World();
        var patience = world.Settings.OpeningPatience;
        var (first, second, third) = (world.Client(), world.Client(), world.Client());
        Assert.True(world.Time.IsDueIn(patience));
        third.Say(Step2(Nothing));
        first.Say(Step2(Nothing));
        Assert.True(world.Time.IsDueIn(patience));
        second.Leave();
        Assert.False(world.Time.IsDueIn(patience));

        // The next one is waited for as the first was.
        world.Client();
        Assert.True(world.Time.IsDueIn(patience));
    }

    [Fact]
    public void A_client_whose_own_question_is_not_answered_yet_is_still_waited_for()
    {
        using var world = new World();
        var stuck = new TestConnection(world.Context, world.Sessions, World.Name) { IsStuck = true }.Join();
        stuck.Say(Step1());
        stuck.Say(Step2(Nothing));
        Assert.False(stuck.Attachment.Delivery.Follows);
        Assert.True(world.Time.IsDueIn(world.Settings.OpeningPatience));
    }
}
