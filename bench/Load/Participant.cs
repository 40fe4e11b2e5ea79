using System.Diagnostics;
using Relay.Yjs;

namespace Relay.Bench.Load;

/// <summary>One client of a document, who types a run of characters of its own and notes when it sees those of the others.</summary>
/// <param name="party">All clients of the document.</param>
/// <param name="place">This one's place among them.</param>
/// <param name="node">Which node it is on.</param>
/// <param name="firstId">The Yjs client id of the first of them; the others follow.</param>
internal sealed class Participant(Participant[] party, int place, int node, ulong firstId) : IDisposable
{
    private readonly bool[][] seen = new bool[party.Length][];
    private int clock;
    private int received;

    /// <summary>When each of its characters is to be sent, as <see cref="Stopwatch.GetTimestamp"/> counts.</summary>
    public List<long> Due { get; } = [];

    /// <summary>Milliseconds from a character's intended time to its arrival, of writers on the same node and on the other one.</summary>
    public (List<double> Same, List<double> Cross) Latencies { get; } = ([], []);

    /// <summary>Only what is due from then on counts.</summary>
    public long CountsFrom { get; set; }

    /// <summary>How many characters of others have come, each once.</summary>
    public int Received => Volatile.Read(ref received);

    /// <summary>How many will have come when all is done.</summary>
    public int Expected => party.Where(writer => writer != this).Sum(writer => writer.Due.Count);

    private Client? Client { get; set; }

    public async Task ConnectAsync(Pair pair, string document)
    {
        for (var writer = 0; writer < party.Length; writer++)
        {
            seen[writer] = new bool[party[writer].Due.Count];
        }

        Client = await Client.ConnectAsync((node == 0 ? pair.First : pair.Second).Url, document, pair.Dialect, OnUpdate);
        await Client.SyncAsync();
    }

    /// <summary>Types the next character.</summary>
    public void Type()
    {
        var client = Client ?? throw new InvalidOperationException("Not connected.");
        var sending = client.SendAsync(client.Frame(Insert()));
        if (!sending.IsCompletedSuccessfully)
        {
            sending.AsTask().GetAwaiter().GetResult();
        }
    }

    public void Dispose() => Client?.Dispose();

    private byte[] Insert()
    {
        var id = firstId + (ulong)place;
        using var writer = new Lib0Writer();
        writer.WriteBytes([1, 1]);
        writer.WriteVarUint(id);
        writer.WriteVarUint((ulong)clock);
        if (clock == 0)
        {
            writer.WriteBytes([4, 1]);
            writer.WriteVarBytes("text"u8);
        }
        else
        {
            writer.WriteByte(0x84);
            writer.WriteVarUint(id);
            writer.WriteVarUint((ulong)clock - 1);
        }

        writer.WriteVarBytes([(byte)('a' + (clock++ % 26))]);
        writer.WriteByte(0);
        return writer.ToArray();
    }

    /// <summary>Servers join updates: one that comes may hold characters of several writers, and such as came before.</summary>
    private void OnUpdate(ReadOnlySpan<byte> bytes)
    {
        var now = Stopwatch.GetTimestamp();
        var update = DecodedUpdate.Rent();
        if (!UpdateDecoder.TryDecode(bytes, update, out var error))
        {
            throw new InvalidDataException($"An update came that does not read: {error}");
        }

        foreach (var section in update.Sections)
        {
            var writer = (int)(section.Client - firstId);
            for (var index = section.First; writer != place && index < section.First + section.Count; index++)
            {
                for (var character = update.Structs[index].Clock; character < update.Structs[index].End; character++)
                {
                    Note(writer, (int)character, now);
                }
            }
        }

        update.Return();
    }

    private void Note(int writer, int character, long now)
    {
        if (seen[writer][character])
        {
            return;
        }

        seen[writer][character] = true;
        var due = party[writer].Due[character];
        if (due >= CountsFrom)
        {
            (party[writer].Node == Node ? Latencies.Same : Latencies.Cross).Add((now - due) * 1e3 / Stopwatch.Frequency);
        }

        Volatile.Write(ref received, received + 1);
    }

    private int Node => node;
}
