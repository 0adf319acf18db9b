/** One of a few, side by side. */

export function Choice<T extends string>({
  name,
  value,
  options,
  choose,
}: {
  name: string;
  value: T;
  options: readonly (readonly [T, string])[];
  choose(value: T): void;
}) {
  return (
    <fieldset class="choice">
      <legend>{name}</legend>
      <div>
        {options.map(([option, word]) => (
          <label key={option}>
            <input
              type="radio"
              name={name}
              checked={value === option}
              onChange={() => {
                choose(option);
              }}
            />
            <span>{word}</span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}
