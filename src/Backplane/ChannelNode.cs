using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Relay.Backplane;

/// <summary>Which start of which node a channel message is from: eight bytes, made of the node's incarnation.</summary>
/// <remarks>
/// Reports are stored under the incarnation (<see cref="INodeReports"/>), so a node whose report has ended is known
/// on channels as well.
/// </remarks>
public static class ChannelNode
{
    /// <summary>The id of an incarnation; never 0, which stands for a node that is not known.</summary>
    public static ulong IdOf(string incarnation)
    {
        var id = BinaryPrimitives.ReadUInt64BigEndian(SHA256.HashData(Encoding.UTF8.GetBytes(incarnation)));
        return id == 0 ? 1 : id;
    }
}
