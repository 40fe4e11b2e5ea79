using Relay.Doubles;

namespace Relay.Protocols.Hocuspocus;

/// <summary>What several tests say and hear, of the document "d".</summary>
internal static class SampleFrames
{
    /// <summary>The answer to a token that may write, in hexadecimal digits.</summary>
    public const string Opened = "016402020a726561642d7772697465";

    /// <summary>The frame of <see cref="A"/>, in hexadecimal digits.</summary>
    public const string UpdateA = "016400020b0101010004010174016100";

    public static readonly byte[] A = Messages.Typed(1, 0, "a");
    public static readonly byte[] B = Messages.Typed(1, 1, "b");
    public static readonly byte[] C = Messages.Typed(2, 0, "c");
}
