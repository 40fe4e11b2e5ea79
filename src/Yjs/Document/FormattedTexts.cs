namespace Relay.Yjs;

/// <summary>
/// Says where an answer may be cut without harm to formatting. After every update from elsewhere a Yjs client deletes the formats of a text that look superfluous
/// (<c>yjs/src/types/YText.js</c>, <c>cleanupYTextAfterTransaction</c>), and tells everybody. Two formats with nothing between them look so even when the text between them is still on its way. So where a text has
/// formats, all that the other lacks of it comes in one part.
/// </summary>
internal sealed class FormattedTexts
{
    private readonly Dictionary<int, Text> texts = [];
    private int open;

    private FormattedTexts()
    {
    }

    /// <summary>Whether there is any text with formats.</summary>
    public bool Any => texts.Count > 0;

    /// <summary>Whether no text with formats has been sent in part.</summary>
    public bool MayCut => open == 0;

    /// <summary>Looks at all texts of a document.</summary>
    /// <param name="clients">The document's structs, collected.</param>
    /// <param name="sequences">Whether a container is the sequence of a type.</param>
    /// <param name="known">Per client, the clock from which on structs are to be sent.</param>
    public static FormattedTexts Find(List<ClientBlocks> clients, Func<int, bool> sequences, ReadOnlySpan<long> known)
    {
        var found = new FormattedTexts();
        for (var index = 0; index < clients.Count; index++)
        {
            foreach (ref readonly var block in clients[index].Blocks)
            {
                if (block.Kind == BlockKind.Format && block.Container >= 0 && sequences(block.Container))
                {
                    found.texts.TryAdd(block.Container, new Text());
                }
            }
        }

        for (var index = 0; index < clients.Count && found.Any; index++)
        {
            foreach (ref readonly var block in clients[index].Blocks)
            {
                if (!found.texts.TryGetValue(block.Container, out var text))
                {
                    continue;
                }

                var live = IsLive(clients[index], block);
                if (block.End > known[index])
                {
                    text.Left += live ? 1 : 0;
                }
                else if (live)
                {
                    text.Formats += block.Kind == BlockKind.Format ? 1 : 0;
                }
                else
                {
                    // The other may not know yet that it is deleted, and learns that last of all.
                    text.WaitsForDeletes = true;
                }
            }
        }

        return found;
    }

    /// <summary>Whether the struct belongs to a text with formats, and so must not be cut itself.</summary>
    public bool Contains(in Block block) => texts.ContainsKey(block.Container);

    /// <summary>The struct goes into the part under way.</summary>
    public void Send(ClientBlocks client, in Block block)
    {
        if (!texts.TryGetValue(block.Container, out var text))
        {
            return;
        }

        open -= text.IsOpen ? 1 : 0;
        text.IsTouched = true;
        if (IsLive(client, block))
        {
            text.Left--;
            text.Formats += block.Kind == BlockKind.Format ? 1 : 0;
        }

        open += text.IsOpen ? 1 : 0;
    }

    private static bool IsLive(ClientBlocks client, in Block block) =>
        block.Kind is not (BlockKind.Deleted or BlockKind.Gc) && !client.Deletes.Covers(block.Clock, block.End);

    private sealed class Text
    {
        /// <summary>Live formats that the other has, or was sent.</summary>
        public int Formats;

        /// <summary>Live structs to be sent.</summary>
        public int Left;

        public bool WaitsForDeletes;
        public bool IsTouched;

        public bool IsOpen => IsTouched && Formats > 0 && (Left > 0 || WaitsForDeletes);
    }
}
