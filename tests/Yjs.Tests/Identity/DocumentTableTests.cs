namespace Relay.Yjs.Identity;

public sealed class DocumentTableTests
{
    [Fact]
    public void A_table_that_once_held_many_documents_gives_its_room_back_and_keeps_those_that_are_left()
    {
        var names = Enumerable.Range(0, 50_000).Select(i => DocumentName.Create($"document {i}")).ToArray();
        var table = names.Select((name, i) => (name, i)).ToDictionary(pair => pair.name, pair => pair.i);
        var most = table.Capacity;
        var changes = 0;

        foreach (var name in names[5..])
        {
            var before = table.Capacity;
            Assert.True(table.RemoveAndShrink(name));
            Assert.False(table.RemoveAndShrink(name));
            changes += table.Capacity == before ? 0 : 1;
        }

        Assert.InRange(table.Capacity, 5, most / 40);
        Assert.InRange(changes, 1, 10);
        Assert.Equal(Enumerable.Range(0, 5), names[..5].Select(name => table[name]));
    }

    [Fact]
    public void A_small_table_keeps_its_room()
    {
        var table = new Dictionary<DocumentName, int>(900);
        var capacity = table.EnsureCapacity(0);
        table.Add(DocumentName.Create("a"), 1);

        Assert.True(table.RemoveAndShrink(DocumentName.Create("a")));

        Assert.Equal(capacity, table.Capacity);
    }
}
