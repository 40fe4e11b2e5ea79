namespace Relay.Yjs.Golden;

/// <summary>The state vector before an update, whatever else the update lists.</summary>
public sealed class PastStateVectorTests
{
    [Fact]
    public void A_client_without_structs_in_an_update_changes_nothing()
    {
        // Sixteen structs, as many as there is room for at first, and then a client with none.
        using var writer = new Lib0Writer();
        writer.WriteBytes([2, 16, 9, 0]);
        for (byte i = 0; i < 16; i++)
        {
            writer.WriteBytes([7, 1, 1, (byte)'t', 0]);
        }

        writer.WriteBytes([0, 1, 5, 0]);
        var update = writer.ToArray();
        byte[] past = [];
        Exception? thrown = null;

        // A thread of its own has no room left from larger updates.
        var thread = new Thread(() => thrown = Record.Exception(() => past = Past(update)));
        thread.Start();
        thread.Join();
        Assert.Null(thrown);
        Assert.Equal([1, 1, 2], past);
    }

    private static byte[] Past(byte[] update)
    {
        var document = new YDocument();
        byte[] other = [1, 1, 1, 0, 7, 1, 1, (byte)'t', 0, 0];
        byte[] more = [1, 1, 1, 1, 7, 1, 1, (byte)'t', 0, 0];
        foreach (var known in new[] { other, more, update })
        {
            Assert.True(document.TryApply(known, out _, out var error), error.ToString());
        }

        var past = new PastStateVector(document);
        past.Remove(update);
        return past.Encode();
    }
}
