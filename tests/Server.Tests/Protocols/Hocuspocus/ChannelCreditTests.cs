using Relay.Connections;
using Relay.Sockets.Backpressure;

namespace Relay.Protocols.Hocuspocus;

/// <summary>One document's share of what its socket may have waiting.</summary>
public sealed class ChannelCreditTests
{
    private readonly InboundCredit socket = new(100, 50, new BufferBudget(1 << 20, TimeProvider.System));
    private ChannelCredit credit;

    [Fact]
    public void What_a_closed_document_left_is_given_back_once()
    {
        Assert.True(credit.TryAdd(100));
        socket.Add(100);
        Assert.True(credit.TrySettle(30));
        Assert.True(credit.TryHold(socket, 20));
        Assert.Equal(70, credit.End(socket));
        Assert.False(credit.TryAdd(1));
        Assert.False(credit.TrySettle(70));
        Assert.Equal(0, credit.End(socket));
    }

    [Fact]
    public void What_is_held_does_not_count_until_it_is_taken_up_and_not_all_may_be_held()
    {
        socket.Add(100);
        credit.TryAdd(100);
        Assert.False(HasRoom());
        Assert.True(credit.TryHold(socket, 50));
        Assert.True(HasRoom());
        Assert.False(credit.TryHold(socket, 1));
        credit.TakeUp(socket);
        Assert.False(HasRoom());
        Assert.Equal(100, credit.End(socket));
    }

    [Fact]
    public void After_the_end_all_may_be_held_and_no_more_counts()
    {
        credit.End(socket);
        Assert.True(credit.TryHold(socket, 1_000));
        credit.TakeUp(socket);
        Assert.True(HasRoom());
    }

    private bool HasRoom() => socket.WaitAsync(CancellationToken.None).IsCompleted;
}
