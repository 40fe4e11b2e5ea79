namespace Relay.Yjs.Costs;

/// <summary>The room for many structs, which all threads share one after the other.</summary>
[Collection(AloneCollection.Name)]
public sealed class DecodingRoomTests
{
    private const int Count = 10_000;
    private const int StructBytes = 64;

    /// <summary>
    /// As the dearest updates of a writer are. The count that a section declares has its holes, too, and the room is a
    /// power of two.
    /// </summary>
    [Fact]
    public void The_structs_of_updates_are_read_into_memory_that_is_taken_once()
    {
        var update = Bytes.Update([HolesAndNulls(Count)]);
        Assert.InRange(Ask(update), 0, (StructBytes * 32_768) + 10_000);
        for (var time = 0; time < 5; time++)
        {
            Assert.InRange(Ask(Bytes.Update([HolesAndNulls(Count + time)])), 0, 10_000);
        }
    }

    private static StructWriter HolesAndNulls(int count)
    {
        var structs = new StructWriter(77, 0);
        for (var i = 0; i < count; i++)
        {
            structs.AddNull((99, i)).AddSkip(1);
        }

        return structs;
    }

    /// <summary>How many bytes it takes to look at an update.</summary>
    private static long Ask(byte[] update)
    {
        var document = new YDocument();
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.True(document.TryGetNews(update, long.MaxValue, out _, out _, out _, out var error), error.ToString());
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }
}
