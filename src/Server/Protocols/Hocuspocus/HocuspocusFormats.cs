namespace Relay.Protocols.Hocuspocus;

/// <summary>
/// The formats that connections of the node share: one object for a plain address as long as it is in use, so that
/// a frame is made once for all of them. Thread-safe.
/// </summary>
internal sealed class HocuspocusFormats
{
    private readonly Lock gate = new();
    private readonly Dictionary<string, (HocuspocusFormat Format, int Users)> formats = [];

    /// <summary>The format of a plain address; given back with <see cref="Return"/>.</summary>
    public HocuspocusFormat Take(string address)
    {
        lock (gate)
        {
            var (format, users) = formats.GetValueOrDefault(address);
            format ??= new HocuspocusFormat(address, isShared: true);
            formats[address] = (format, users + 1);
            return format;
        }
    }

    public void Return(string address)
    {
        lock (gate)
        {
            var (format, users) = formats[address];
            if (users == 1)
            {
                formats.Remove(address);
            }
            else
            {
                formats[address] = (format, users - 1);
            }
        }
    }
}
