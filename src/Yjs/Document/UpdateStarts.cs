namespace Relay.Yjs;

/// <summary>At which clock each client's structs begin in an update.</summary>
public sealed class UpdateStarts
{
    private readonly (ClientKey Client, long Clock)[] starts;

    private UpdateStarts((ClientKey Client, long Clock)[] starts) => this.starts = starts;

    internal ReadOnlySpan<(ClientKey Client, long Clock)> All => starts;

    /// <param name="update">A valid update, in format V1.</param>
    /// <exception cref="ArgumentException">It does not read.</exception>
    public static UpdateStarts Of(ReadOnlyMemory<byte> update)
    {
        var decoded = DecodedUpdate.Rent();
        if (!UpdateDecoder.TryDecode(update.Span, decoded, out var error))
        {
            throw new ArgumentException(error.ToString(), nameof(update));
        }

        var starts = new List<(ClientKey Client, long Clock)>(
            Math.Min(decoded.SectionTotal, decoded.StructTotal));
        var walk = new UpdateWalk(decoded, update.Span);
        while (walk.NextSection())
        {
            WorkMeter.Count();
            var structs = walk.NextStructs();
            if (!structs.IsEmpty)
            {
                starts.Add((walk.Client, structs[0].Clock));
                while (!walk.NextStructs().IsEmpty)
                {
                }
            }
        }

        decoded.Return();
        return new UpdateStarts([.. starts]);
    }
}
