namespace Relay.Yjs;

/// <summary>At most two ids that a struct refers to, for a <c>foreach</c>.</summary>
internal struct BlockNeeds(int firstClient, long firstClock, int secondClient, long secondClock)
{
    private int at = -1;

    public readonly (int Client, long Clock) Current =>
        at == 0 ? (firstClient, firstClock) : (secondClient, secondClock);

    public readonly BlockNeeds GetEnumerator() => this;

    public bool MoveNext()
    {
        while (++at < 2)
        {
            if (Current.Client != Block.None)
            {
                return true;
            }
        }

        return false;
    }
}
