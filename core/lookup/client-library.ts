/** Client libraries that only some gateways need: npm packages that are not installed with this one, loaded when a table names them. */

/** @throws Error that says what to install */
export async function clientLibrary<T>(spec: string, name: string): Promise<T> {
  try {
    const module = (await import(name)) as { default?: T }
    return module.default ?? (module as T)
  } catch (error) {
    const { code, message = '' } = error as { code?: string; message?: string }
    if (code !== 'ERR_MODULE_NOT_FOUND' || !message.includes(`'${name}'`)) throw error
    throw new Error(`table ${spec}: needs the npm package ${name}, which is not installed: npm install ${name}`, { cause: error })
  }
}
