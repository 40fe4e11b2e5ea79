namespace Relay.Yjs;

/// <content>Finds text and runs of values that an update puts under a key by way of their origins; see <see cref="BlockContent.IsRun"/>.</content>
public sealed partial class YDocument
{
    private enum RunPlace : byte
    {
        NotLookedAt,
        Elsewhere,
        UnderKey,

        /// <summary>Its origin is neither in the document nor in the update.</summary>
        Unknown,

        /// <summary>On the way that is followed now: who comes here again goes round in a circle.</summary>
        OnPath,
    }

    /// <summary>
    /// Whether there is such a run; else how many values come whose place is unknown (see <see cref="IsKeptSingly"/>).
    /// </summary>
    private bool PutsRunUnderKey(DecodedUpdate update, out long singles, out YjsError error)
    {
        singles = 0;
        RunSearch? search = null;
        var section = 0;
        foreach (var run in update.Runs)
        {
            ref readonly var parsed = ref update.Structs[run];
            var place = parsed.HasOrigins ? PlaceOf(parsed) : RunPlace.UnderKey;
            if (place == RunPlace.NotLookedAt)
            {
                place = (search ??= new RunSearch(this, update)).PlaceOf(run);
            }

            WorkMeter.Count();
            if (place != RunPlace.Elsewhere && parsed.Kind != BlockKind.String)
            {
                singles += parsed.Length;
            }

            if (place != RunPlace.UnderKey)
            {
                continue;
            }

            while (run >= update.Sections[section].First + update.Sections[section].Count)
            {
                section++;
            }

            var client = update.Sections[section].Client;
            if (FindClient(client)?.Deletes.Covers(parsed.Clock, parsed.End) != true && !(search ??= new RunSearch(this, update)).Deletes(client, parsed.Clock, parsed.End))
            {
                error = new YjsError("Text or several values stand under one key.", parsed.ContentOffset);
                return true;
            }
        }

        error = default;
        return false;
    }

    /// <summary>Where a struct's first origin stands, if the document knows that.</summary>
    private RunPlace PlaceOf(in ParsedStruct parsed)
    {
        var (id, clock) = (parsed.Flags & BlockFlags.HasOrigin) != 0 ? (parsed.LeftClient, parsed.LeftClock) : (parsed.RightClient, parsed.RightClock);
        var client = FindClient(id);
        if (client is null || clock >= client.Integrated)
        {
            return RunPlace.NotLookedAt;
        }

        var container = client.BlockAt(clock).Container;
        return container >= 0 && containers[container].Key != Block.None ? RunPlace.UnderKey : RunPlace.Elsewhere;
    }

    /// <summary>Follows origins from struct to struct inside one update; each struct is looked at once.</summary>
    private sealed class RunSearch
    {
        private readonly YDocument document;
        private readonly DecodedUpdate update;
        private readonly RunPlace[] places;
        private readonly Dictionary<ClientKey, ClientSection> sections = [];
        private Dictionary<ClientKey, ClockRanges>? deletes;

        public RunSearch(YDocument document, DecodedUpdate update)
        {
            (this.document, this.update) = (document, update);
            places = new RunPlace[update.StructCount];
            foreach (var section in update.Sections)
            {
                sections.Add(section.Client, section);
            }
        }

        /// <summary>Whether the update itself says that all of these clocks are deleted.</summary>
        public bool Deletes(ulong client, long start, long end)
        {
            if (deletes is null)
            {
                deletes = [];
                foreach (var range in update.Deletes)
                {
                    if (!deletes.TryGetValue(range.Client, out var ranges))
                    {
                        deletes.Add(range.Client, ranges = new ClockRanges());
                    }

                    ranges.Add(range.Start, range.End);
                }
            }

            return deletes.TryGetValue(client, out var known) && known.Covers(start, end);
        }

        public RunPlace PlaceOf(int index)
        {
            var path = new List<int>();
            var place = RunPlace.NotLookedAt;
            for (var at = index; place == RunPlace.NotLookedAt;)
            {
                if (at < 0 || places[at] == RunPlace.OnPath)
                {
                    // Its origin is unknown, or origins go round in a circle.
                    place = RunPlace.Unknown;
                    break;
                }

                WorkMeter.Count();
                path.Add(at);
                place = places[at];
                if (place == RunPlace.NotLookedAt)
                {
                    places[at] = RunPlace.OnPath;
                    (place, at) = Look(update.Structs[at]);
                }
            }

            path.ForEach(at => places[at] = place);
            return place;
        }

        /// <summary>The struct's place, or the index of its origin in the update, -1 where that is not to be found.</summary>
        private (RunPlace Place, int Origin) Look(in ParsedStruct parsed)
        {
            if (parsed.Kind == BlockKind.Gc)
            {
                return (RunPlace.Elsewhere, -1);
            }

            if (!parsed.HasOrigins)
            {
                return ((parsed.Flags & BlockFlags.HasKey) != 0 ? RunPlace.UnderKey : RunPlace.Elsewhere, -1);
            }

            var known = document.PlaceOf(parsed);
            return (known, known == RunPlace.NotLookedAt ? OriginOf(parsed) : -1);
        }

        private int OriginOf(in ParsedStruct parsed)
        {
            var (id, clock) = (parsed.Flags & BlockFlags.HasOrigin) != 0 ? (parsed.LeftClient, parsed.LeftClock) : (parsed.RightClient, parsed.RightClock);
            if (!sections.TryGetValue(id, out var section) || section.Count == 0)
            {
                return -1;
            }

            int low = section.First, high = section.First + section.Count - 1;
            WorkMeter.Count();
            while (low < high)
            {
                var middle = (low + high) >>> 1;
                if (update.Structs[middle].End <= clock)
                {
                    low = middle + 1;
                }
                else
                {
                    high = middle;
                }
            }

            return update.Structs[low].Clock <= clock && clock < update.Structs[low].End ? low : -1;
        }
    }
}
