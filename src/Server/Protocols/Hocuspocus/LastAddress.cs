using System.Text;

namespace Relay.Protocols.Hocuspocus;

/// <summary>
/// The text of the address of the last message: nearly always it is the next one's, too. A mutable struct, to be kept
/// in a field: a socket has no further object for it. Not thread-safe.
/// </summary>
internal struct LastAddress()
{
    private byte[] bytes = [];
    private string text = "";

    public string TextOf(ReadOnlySpan<byte> address)
    {
        if (!address.SequenceEqual(bytes))
        {
            bytes = address.ToArray();
            text = Encoding.UTF8.GetString(address);
        }

        return text;
    }
}
