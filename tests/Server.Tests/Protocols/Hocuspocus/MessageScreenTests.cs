using Relay.Doubles;
using Relay.Sessions;

namespace Relay.Protocols.Hocuspocus;

/// <summary>How much of what harms others a socket may send.</summary>
public sealed class MessageScreenTests
{
    private const int MaxStatelessBytes = 1_000;

    private readonly FakeTimeProvider time = new();
    private readonly MessageScreen screen;

    public MessageScreenTests() =>
        screen = new MessageScreen(ConnectionDefaults.Value with { MaxStatelessBytes = MaxStatelessBytes }, time);

    [Fact]
    public void Messages_to_documents_pass()
    {
        foreach (var kind in Enum.GetValues<DocumentMessageKind>())
        {
            Assert.Equal(ScreenOutcome.Pass, screen.Check(new DocumentMessage(kind, default, [])));
        }
    }

    [Fact]
    public void An_application_message_that_is_too_large_is_dropped()
    {
        Assert.Equal(ScreenOutcome.Pass, screen.Check(Stateless(MaxStatelessBytes)));
        Assert.Equal(ScreenOutcome.DropStateless, screen.Check(Stateless(MaxStatelessBytes + 1)));
    }

    [Fact]
    public void Application_messages_that_come_too_often_are_dropped_until_there_was_a_pause()
    {
        for (var i = 0; i < StatelessRate.MessagesPerSecond * StatelessRate.BurstSeconds; i++)
        {
            Assert.Equal(ScreenOutcome.Pass, screen.Check(Stateless(1)));
        }

        Assert.Equal(ScreenOutcome.DropStateless, screen.Check(Stateless(1)));
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(ScreenOutcome.Pass, screen.Check(Stateless(1)));
    }

    [Fact]
    public void Drops_are_reported_once_a_minute_with_their_number()
    {
        Assert.True(screen.MayReportDrop(out var dropped));
        Assert.Equal(1, dropped);
        Assert.False(screen.MayReportDrop(out _));
        time.Advance(TimeSpan.FromMinutes(1));
        Assert.True(screen.MayReportDrop(out dropped));
        Assert.Equal(2, dropped);
    }

    [Fact]
    public void Presence_that_does_not_read_ends_its_document_and_then_the_socket()
    {
        var outcomes = Enumerable.Range(0, 3 * UnreadablePresence.AtOnce)
            .Select(_ => screen.Check(new DocumentMessage(DocumentMessageKind.Awareness, new byte[3], [])))
            .ToList();
        Assert.Equal(UnreadablePresence.AtOnce, outcomes.Count(outcome => outcome == ScreenOutcome.Pass));
        Assert.Equal(UnreadablePresence.AtOnce, outcomes.Count(outcome => outcome == ScreenOutcome.EndDocument));
        Assert.Equal(UnreadablePresence.AtOnce, outcomes.Count(outcome => outcome == ScreenOutcome.EndSocket));
        Assert.Equal(outcomes.Order(), outcomes);
    }

    private static DocumentMessage Stateless(int length) =>
        new(DocumentMessageKind.Stateless, new byte[length], []);
}
