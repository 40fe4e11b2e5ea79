using System.Text;
using Relay.Yjs.Judge;
using static Relay.Yjs.Document.Tables;

namespace Relay.Yjs.Document;

/// <summary>
/// Texts and deletes around the sizes of chunks: however they come, the document is the same and holds what was
/// written. The random documents of the other tests meet these borders, too, when they are built with
/// <c>-p:DefineConstants=SMALL_CHUNKS</c>.
/// </summary>
public sealed class ChunkBordersTests(ITestOutputHelper output)
{
    private const ulong Client = 5;

    private static readonly int[] Sizes =
        [1, 30_000, ContentBuffer.ChunkBytes - 1, ContentBuffer.ChunkBytes, ContentBuffer.ChunkBytes + 1, 150_000];

    [Fact]
    public void A_document_does_not_depend_on_how_its_content_came()
    {
        for (var first = TestSettings.Seed ?? 1; first <= (TestSettings.Seed ?? 20); first++)
        {
            output.WriteLine($"RELAY_TEST_SEED={first}");
            var random = new Random(first);
            var (updates, text) = Write(random);
            var inOrder = new YDocument();
            updates.ForEach(update => Apply(inOrder, update));
            var state = inOrder.EncodeState();
            Assert.Equal(text, TextOf(state, text));

            var shuffled = new YDocument();
            var others = updates.ToArray();
            random.Shuffle(others);
            foreach (var update in others)
            {
                Apply(shuffled, update);
                if (random.Next(3) == 0)
                {
                    shuffled.EncodeState();
                }
            }

            Assert.True(state.AsSpan().SequenceEqual(shuffled.EncodeState()));
            var parts = new YDocument();
            Assert.True(inOrder.TryEncodeParts([0], new DiffSizes(1, 50_000, 50_000), out var encoded, out _));
            foreach (var part in encoded)
            {
                Apply(parts, part);
            }

            Assert.True(state.AsSpan().SequenceEqual(parts.EncodeState()));
        }
    }

    /// <summary>A text in updates, of which parts are deleted; and what is left, deleted characters as 0.</summary>
    private static (List<byte[]> Updates, char[] Text) Write(Random random)
    {
        var updates = new List<byte[]>();
        var text = new StringBuilder();
        for (var count = 3 + random.Next(8); count > 0; count--)
        {
            var size = random.Next(3) == 0 ? 1 + random.Next(20) : Sizes[random.Next(Sizes.Length)];
            var piece = new string((char)('a' + random.Next(26)), size);
            var at = (ulong)text.Length;
            updates.Add(Text(Client, at, piece, at == 0 ? null : (Client, at - 1)));
            text.Append(piece);
        }

        var left = text.ToString().ToCharArray();
        for (var deletes = random.Next(6); deletes > 0; deletes--)
        {
            var start = random.Next(left.Length);
            var length = 1 + random.Next(Math.Min(left.Length - start, random.Next(2) == 0 ? 10 : 100_000));
            left.AsSpan(start, length).Clear();
            updates.Add(Delete(Client, (ulong)start, (ulong)length));
        }

        return (updates, left);
    }

    private static char[] TextOf(byte[] state, char[] expected)
    {
        var text = new char[expected.Length];
        var decoded = new DecodedUpdate();
        Assert.True(UpdateDecoder.TryDecode(state, decoded, out var error), error.ToString());
        foreach (ref readonly var parsed in decoded.Structs.AsSpan(0, decoded.StructCount))
        {
            if (parsed.Kind == BlockKind.String)
            {
                Encoding.UTF8.GetChars(state.AsSpan(parsed.ContentOffset, parsed.ContentLength),
                    text.AsSpan((int)parsed.Clock));
            }
        }

        return text;
    }

    private static void Apply(YDocument document, byte[] update) =>
        Assert.True(document.TryApply(update, out _, out var error), error.ToString());
}
