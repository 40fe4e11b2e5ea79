using Relay.Protocols;
using Relay.Protocols.YWebSocket;

namespace Relay.Yjs.Costs;

/// <summary>What the messages of a y-websocket frame take while they are handed in.</summary>
public sealed class MessageMemoryTests
{
    /// <summary>One more than a list has room for that has doubled so far: there a message takes most.</summary>
    public static TheoryData<int> Counts => [(1 << 10) + 1, (1 << 14) + 1, (1 << 15) + 1];

    [Theory]
    [MemberData(nameof(Counts))]
    public void Many_messages_of_one_byte_take_no_more_than_the_search_allows(int count)
    {
        var frame = new byte[count];
        frame.AsSpan().Fill(SyncBytes.QueryAwareness);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.True(YWebSocketDecoder.TryDecode(frame, 0, [], out _));
        var taken = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.InRange(taken, 0, (count * WireSearchTests.MostMemoryOfMany) + WireSearch.MemoryAnyway);
    }
}
