namespace Relay.Yjs.Document;

public sealed class ClientTableTests
{
    [Fact]
    public void A_client_keeps_its_index_and_is_found_by_its_id()
    {
        var table = new ClientTable();
        ulong[] ids = [7, 3, ulong.MaxValue, 5];
        Assert.Equal([0, 1, 2, 3], ids.Select(table.IndexOf));
        Assert.Equal([3, 2, 1, 0], ids.Reverse().Select(table.IndexOf));
        Assert.Null(table.Find(4));
        Assert.False(table.TryFind(4, out _));
        Assert.Equal(4, table.Count);
        Assert.Equal(5UL, table.Find(5)!.Id);
        Assert.Equal([ulong.MaxValue, 7UL, 5UL, 3UL], table.Descending().Select(client => client.Id));
        table.IndexOf(6);
        Assert.Equal(6UL, table.Descending()[2].Id);
    }

    [Fact]
    public void What_clients_take_is_counted_when_it_is_asked_for()
    {
        var table = new ClientTable();
        var (first, second) = (table[table.IndexOf(1)], table[table.IndexOf(2)]);
        var before = table.MemoryBytes;
        Add(table, first, 100);
        Add(table, second, 10);
        Assert.Equal(before + first.MemoryBytes + second.MemoryBytes - (2 * new ClientBlocks(0).MemoryBytes),
            table.MemoryBytes);
        Assert.Equal(110, table.Gaps);
    }

    private static void Add(ClientTable table, ClientBlocks client, int holes)
    {
        for (var i = 0; i < holes; i++)
        {
            client.Append(new Block { Clock = 1 + (2 * i), Length = 1 });
            table.Touch(client);
        }
    }
}
