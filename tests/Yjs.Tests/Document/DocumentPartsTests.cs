using System.Text;
using static Relay.Yjs.Document.Tables;

namespace Relay.Yjs.Document;

/// <summary>What is done with a document's tables, each part alone.</summary>
public sealed class DocumentPartsTests
{
    [Fact]
    public void A_union_keeps_what_comes_as_it_is_and_joins_only_what_is_typed_on()
    {
        var tables = Of(Text(1, 3, "d", (1, 2)), Text(1, 0, "ab"), Text(1, 2, "c", (1, 1)));
        Assert.Equal((4, 4), (tables.Clients.Find(1)!.Contiguous, tables.Clients.Find(1)!.End));
        tables = Of(Text(1, 0, "ab"), Text(1, 2, "cd", (1, 1)), Delete(1, 1, 2));
        Assert.Equal("0+4 String abcd;", Show(tables, 1));
    }

    [Fact]
    public void A_struct_is_integrated_when_its_origin_is()
    {
        var tables = Of(Text(2, 0, "b", (1, 0)));
        Assert.Equal(0, tables.Clients.Find(2)!.Integrated);
        Apply(tables, Text(1, 0, "a"));
        Assert.Equal(0, tables.Clients.Find(2)!.Integrated);
        new Integration(tables).Run();
        Assert.Equal(1, tables.Clients.Find(2)!.Integrated);
        Assert.Equal(tables.Clients.BlockAt(0, 0).Container, tables.Clients.BlockAt(1, 0).Container);
    }

    [Fact]
    public void The_last_entry_of_a_key_is_that_of_the_greater_client()
    {
        var tables = Of(Entry(9, 0, "k"), Entry(8, 0, "k"), Entry(8, 1, "k", (8, 0)));
        new MapKeys(tables).Order();
        Assert.Equal(0, tables.Clients.Find(9)!.Deletes.Count);
        Assert.True(tables.Clients.Deletes(8, 0, 2));
    }

    [Theory]
    [InlineData("abc", 1, "0+1 String a;1+1 Deleted ;2+1 String c;")]
    [InlineData("a😀b😀c", 1, "0+1 String a;1+1 Deleted ;2+5 String \uFFFDb😀c;")]
    [InlineData("a😀b😀c", 2, "0+2 String a\uFFFD;2+1 Deleted ;3+4 String b😀c;")]
    [InlineData("😀😀", 3, "0+3 String 😀\uFFFD;3+1 Deleted ;")]
    public void A_collection_drops_what_is_deleted_from_the_text_in_its_place(string text, ulong at, string expected)
    {
        var tables = Of(Text(1, 0, text), Delete(1, at, 1));
        new Collector(tables).Run();
        Assert.Equal(expected, Show(tables, 1));
        Assert.InRange(tables.Clients.Find(1)!.ContentBytes, 0, Encoding.UTF8.GetByteCount(text));
    }

    [Fact]
    public void A_collection_orders_content_that_came_in_another_order()
    {
        var tables = Of(Text(1, 4, "ef", (1, 3)), Text(1, 2, "cd", (1, 1)), Text(1, 0, "ab"), Delete(1, 2, 1));
        new Collector(tables).Run();
        Assert.Equal("0+2 String ab;2+1 Deleted ;3+3 String def;", Show(tables, 1));
    }

    [Fact]
    public void News_are_what_no_table_has()
    {
        var news = new NewsSearch(Of(Text(1, 0, "ab"), Delete(1, 0, 1)).Clients);
        Assert.True(news.TryFindAny(Text(1, 0, "ab"), out var isNew, out _) && !isNew);
        Assert.True(news.TryFindAny(Delete(1, 0, 1), out isNew, out _) && !isNew);
        Assert.True(news.TryFindAny(Delete(1, 0, 2), out isNew, out _) && isNew);
        Assert.True(news.TryFindAny(Text(1, 1, "bc", (1, 0)), out isNew, out _) && isNew);
    }

    [Fact]
    public void A_large_update_is_written_exactly_as_a_small_one()
    {
        const int Length = 300_000;
        var text = Text(1, 0, new string('x', Length));
        var tables = Of(text);
        new Collector(tables).Run();
        Assert.Equal(text, new UpdateEncoder(tables).EncodeSince(StateVector.Empty));
        Assert.Equal(text, new UpdateEncoder(tables).EncodeRuns(
            [new ClientRun(tables.Clients[0], 0, Length)], withDeletes: true));
    }

    [Fact]
    public void A_collection_is_due_when_as_much_has_come_as_was_there()
    {
        var changes = new PendingChanges();
        Assert.False(changes.IsCollectionDue(256));
        Assert.True(changes.IsCollectionDue(257));
        changes.OnCollected(1_000);
        Assert.False(changes.IsCollectionDue(1_000));
        changes.Add();
        Assert.True(changes.IsCollectionDue(1_000));
        Assert.Equal(1 + 1_000 + 1_000, changes.StepsOfCollection(1_000));
        Assert.Equal(0, changes.StepsOfCollection(999));
    }
}
